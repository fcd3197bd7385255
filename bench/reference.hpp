#pragma once

/// The correctly rounded result of an operation, and how far a kernel may be from it.
///
/// Sums are exact (expansion.hpp); the rest of the operation is evaluated in double-double
/// arithmetic, at least twice the precision of every element type, and rounded to T once.

#include <span>
#include <vector>

#include "bench/task.hpp"
#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

template <element T>
struct reference {
  /// The correctly rounded outputs; infinite where the exact result overflows T.
  std::vector<T> result;
  /// For each output, a bound on |kernel's output - result| that a kernel satisfies whatever the
  /// order in which it adds: derived from gamma_n = n u / (1 - n u), never fitted. softmax's grants
  /// it an exponential that is off by one ulp of the compute type. Infinite where that bound says
  /// nothing.
  std::vector<double> tolerance;
  /// ulp of T at the largest |result|: the unit of `perm_delta_ulp` and `max_error_ulp`.
  double ulp = 0;
  /// All results are finite.
  bool finite = true;
  /// No sum that a kernel makes on the way can overflow the compute type, in whatever order. Else
  /// nothing bounds its result, and fp64's reference may be infinite itself.
  bool sums_fit = true;
};

template <element T>
[[nodiscard]] reference<T> make_reference(operation, std::span<const T> x,
                                          eps_place = eps_place::after_root);

/// The same of any task. Throws row_error if its own reference throws, or gives something else than
/// numbers, and tolerances that are not negative, as many as there are outputs.
template <element T>
[[nodiscard]] reference<T> make_reference(const task&, std::span<const T> x);

/// The distance from |value| to the next larger number of T's precision (subnormal spacing at the
/// bottom).
template <element T>
[[nodiscard]] double ulp_at(double value) noexcept;

}  // namespace permdelta

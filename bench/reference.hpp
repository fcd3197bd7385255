#pragma once

/// The correctly rounded result of an operation, and how far a kernel may be from it.
///
/// Sums are exact (expansion.hpp); the rest of the operation is evaluated in double-double
/// arithmetic, at least twice the precision of every element type, and rounded to T once.

#include <functional>
#include <optional>
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
  /// For each output, a bound on |kernel's output - result|, derived from the error of the kernel's
  /// sums and never fitted. That is the one of any order, unless `hold_to` says less. softmax's
  /// grants it an exponential that is off by one ulp of the compute type.
  std::vector<double> tolerance;
  /// ulp of T at the largest |result|: the unit of `perm_delta_ulp` and `max_error_ulp`.
  double ulp = 0;
  /// All results are finite.
  bool finite = true;
  /// No sum that a kernel makes on the way can overflow the compute type, in whatever order. Else
  /// nothing bounds its result, and fp64's reference may be infinite itself.
  bool sums_fit = true;

  /// Derives the tolerances from another bound on the error of a kernel's sums, in units of the sum
  /// of their magnitudes; from that of any order if there is none. x is the row that this is the
  /// reference of. Those of a task of one's own stay. Throws row_error if it is negative or not
  /// finite.
  void hold_to(std::span<const T> x, std::optional<double> sum_error);

  /// Writes the tolerances that follow from a bound on the error of sums; empty for a task of one's
  /// own.
  std::function<void(std::span<const T> x, std::span<const T> result, double sum_error,
                     std::span<double> tolerance)>
      derive;
  double any_order = 0;  ///< the bound on the error of sums in any order
  double held_to = -1;   ///< the one that the tolerances are derived from, if they are
};

template <element T>
[[nodiscard]] reference<T> make_reference(operation, std::span<const T> x,
                                          eps_place = eps_place::after_root, sums = sums::of_terms);

/// The same of any task. Throws row_error if its own reference throws, or gives something else than
/// numbers, and tolerances that are not negative, as many as there are outputs.
template <element T>
[[nodiscard]] reference<T> make_reference(const task&, std::span<const T> x);

/// The distance from |value| to the next larger number of T's precision (subnormal spacing at the
/// bottom).
template <element T>
[[nodiscard]] double ulp_at(double value) noexcept;

}  // namespace permdelta

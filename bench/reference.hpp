#pragma once

/// The correctly rounded result of an operation, and how far a kernel may be from it.
///
/// Sums are exact (expansion.hpp); the rest of the operation is evaluated in double-double
/// arithmetic, at least twice the precision of every element type, and rounded once.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "bench/formats.hpp"
#include "bench/task.hpp"

namespace permdelta {

struct reference {
  /// The correctly rounded outputs; infinite where the exact result overflows the storage format.
  std::vector<double> result;
  /// For each output, a bound on |kernel's output - result|, derived from the error of the kernel's
  /// sums and never fitted. That is the one of any order, unless `hold_to` says less. softmax's
  /// grants it an exponential that is off by one ulp of the compute format. A task of one's own has
  /// tolerances of its own, whatever the sums.
  std::vector<double> tolerance;
  /// ulp of the storage format at the largest |result|: the unit of `perm_delta_ulp` and
  /// `max_error_ulp`.
  double ulp = 0;
  /// All results are finite.
  bool finite = true;
  /// No sum that a kernel makes on the way can overflow the compute format, in whatever order. Else
  /// nothing bounds its result, and fp64's reference may be infinite itself.
  bool sums_fit = true;

  /// Derives the tolerances from another bound on the error of a kernel's sums, in units of the sum
  /// of their magnitudes; from that of any order if there is none. x is the row that this is the
  /// reference of. Throws row_error if the bound is negative or not finite.
  void hold_to(std::span<const double> x, std::optional<double> sum_error);

  /// What that takes: it writes the tolerances that follow from a bound on the error of sums.
  std::function<void(std::span<const double> x, std::span<const double> result, double sum_error,
                     std::span<double> tolerance)>
      derive;
  double any_order = 0;  ///< the bound for sums in any order
  double held_to = -1;   ///< the bound that the tolerances are derived from
};

/// Of a row x of elements. Throws row_error if the reference of a task of one's own throws, or
/// gives something else than numbers, and tolerances that are not negative, as many as there are
/// outputs.
[[nodiscard]] reference make_reference(const task&, std::span<const double> x, const formats&);

}  // namespace permdelta

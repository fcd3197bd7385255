#pragma once

/// How far a ratio of medians can be trusted.

#include <span>

namespace permdelta {

struct interval {
  double low;
  double high;
};

/// The percentile bootstrap's interval of median(contender) / median(base), the two resampled
/// independently, in the limit of infinitely many resamples: nothing is drawn, equal samples have
/// equal intervals, in whatever order their elements are.
///
/// With q = (1 - confidence) / 2, `low` is the smallest ratio r that has P(ratio <= r) >= q, and
/// `high` the largest one that has P(ratio >= r) >= q. So each is a ratio that resamples have, and
/// with the samples swapped the interval is the reciprocal one, but for the rounding of quotients.
/// A probability within 1e-12 of q has reached it. A ratio that no double holds is 0 or infinity.
///
/// Throws std::invalid_argument unless both samples have elements, all of them positive and
/// finite, and 0 < confidence < 1.
[[nodiscard]] interval ratio_of_medians(std::span<const double> base,
                                        std::span<const double> contender,
                                        double confidence = 0.95);

}  // namespace permdelta

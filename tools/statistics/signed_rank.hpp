#pragma once

/// The centre of a small sample from a symmetric distribution, with an exact interval.

#include <cstddef>
#include <span>

#include "tools/statistics/bootstrap.hpp"

namespace permdelta {

/// The Hodges-Lehmann estimate, which is the median of the means of all pairs of elements (each
/// with itself too: Walsh averages), and the interval between the averages that are left when the
/// `excluded` smallest and as many of the largest are taken away.
///
/// The interval inverts Wilcoxon's signed-rank test: for independent elements whose distributions
/// are continuous and symmetric about one centre it misses that centre with the probability
/// signed_rank_error(sample.size(), excluded), exactly (Hollander, Wolfe and Chicken,
/// "Nonparametric Statistical Methods", 2014, 3.3).
///
/// Throws std::invalid_argument unless the sample has elements, all of them finite, and the
/// interval has a middle: 2 * excluded < n(n + 1)/2.
struct centre {
  double estimate;
  interval bounds;
};
[[nodiscard]] centre signed_rank_centre(std::span<const double> sample, std::size_t excluded);

/// 2 P(W <= excluded), W Wilcoxon's statistic of n elements: the sum of those ranks 1 .. n whose
/// signs, each by an even chance, are positive. At most 1.
[[nodiscard]] double signed_rank_error(std::size_t n, std::size_t excluded);

/// The largest `excluded` whose signed_rank_error is at most `error`. Throws std::invalid_argument
/// if there is none, which is so where 2^(1 - n) > error: 0.05 takes six elements.
[[nodiscard]] std::size_t signed_rank_excluded(std::size_t n, double error);

}  // namespace permdelta

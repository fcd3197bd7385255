#pragma once

/// How far one small sample is shifted against another, with an exact interval.

#include <cstddef>
#include <span>

#include "tools/statistics/signed_rank.hpp"

namespace permdelta {

/// The Hodges-Lehmann estimate of the shift, which is the median of the differences b - a of all
/// pairs of elements, and the interval between the differences that are left when the `excluded`
/// smallest and as many of the largest are taken away.
///
/// The interval inverts the rank-sum test of Wilcoxon, Mann and Whitney: for independent elements
/// whose two distributions are continuous and differ by a shift alone, it misses that shift with
/// the probability rank_sum_error(a.size(), b.size(), excluded), exactly (Hollander, Wolfe and
/// Chicken, "Nonparametric Statistical Methods", 2014, 4.3).
///
/// Throws std::invalid_argument unless both samples have elements, all of them finite, and the
/// interval has a middle: 2 * excluded < a.size() * b.size().
[[nodiscard]] centre rank_sum_shift(std::span<const double> a, std::span<const double> b,
                                    std::size_t excluded);

/// 2 P(U <= excluded), at most 1. U is Mann and Whitney's statistic for n and m elements without
/// ties: the number of the n m pairs whose first element is the larger. Throws
/// std::invalid_argument unless 1 <= n m <= 4096.
[[nodiscard]] double rank_sum_error(std::size_t n, std::size_t m, std::size_t excluded);

/// The largest `excluded` whose rank_sum_error is at most `error`. Throws std::invalid_argument if
/// there is none: 0.05 takes 4 elements in both, or 3 and 5, or 2 and 8.
[[nodiscard]] std::size_t rank_sum_excluded(std::size_t n, std::size_t m, double error);

}  // namespace permdelta

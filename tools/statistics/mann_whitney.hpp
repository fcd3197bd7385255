#pragma once

/// Whether two samples can be of one distribution, by their ranks alone.

#include <cstddef>
#include <span>

namespace permdelta {

/// The two-sided p of the Mann-Whitney U test (Wilcoxon's rank sum test), as
/// scipy.stats.mannwhitneyu has it: min(1, 2 min(P(U <= u), P(U >= u))), where equal elements have
/// the mean of their ranks. It is the same with a and b swapped, to the last bit.
///
/// P is exact, over all ways to divide the observations as they are, ties included, as long as
/// there are less than 2^53 ways and the smaller sample's size times that of both is at most 2048:
/// 28 and 28, 20 and 41, 8 and 248, 2 and 1022. Beyond, P is the normal approximation's, with
/// its corrections for ties and continuity. All elements equal: 1.
///
/// Throws std::invalid_argument unless both samples have elements, all of them finite.
[[nodiscard]] double mann_whitney(std::span<const double> a, std::span<const double> b);

/// The smallest p that the exact test can have for n and m elements: 2 / C(n + m, n), at most 1.
/// Throws std::invalid_argument if n or m is 0.
[[nodiscard]] double smallest_p(std::size_t n, std::size_t m);

}  // namespace permdelta

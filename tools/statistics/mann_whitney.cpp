#include "tools/statistics/mann_whitney.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tools/statistics/sample.hpp"

/// U is a rank sum less a constant (Mann and Whitney, On a test of whether one of two random
/// variables is stochastically larger than the other, Annals of Mathematical Statistics 18, 1947),
/// so that the test asks: of all C(n + m, n) ways to choose n of the observations, in how many is
/// the sum of the chosen ranks as small, or as large, as the one that was seen? Where observations
/// are equal each has the mean of the ranks they share; the question remains the same, only tables
/// for distinct ranks no longer answer it.
///
/// The ways are counted by dynamic programming over the observations: ways[k][s] choose k of
/// those so far with sum s, and the next one, of rank r, adds ways[k-1][s-r] to it. Details:
/// - Twice a rank is an integer, whatever is tied: first + last of the ranks that share it.
/// - It is enough to count sums up to the one seen, because those beyond are all the others. If
///   that sum is above the mean, the ranks are counted from the other end, which exchanges the two
///   tails and puts it below.
/// - The smaller sample is the one chosen: the ranks of the other are the rest. The table then has
///   at most k^2 (n + m + 1) places.
/// - No count exceeds the number of all ways, so none overflows, and each is exact as a double.

namespace permdelta {
namespace {

constexpr std::uint64_t most_ways = std::uint64_t{1} << 53;
constexpr std::size_t most_work = 2048;

/// Two samples as one, in order, with whatever the test asks of it.
struct ranking {
  std::vector<std::size_t> doubled_ranks;
  std::size_t doubled_sum = 0;  ///< of the chosen sample
  double tied = 0;              ///< sum of t^3 - t over groups of t equal observations
};

[[nodiscard]] ranking rank(std::span<const double> chosen, std::span<const double> rest) {
  struct observation {
    double value;
    bool is_chosen;
  };
  std::vector<observation> all;
  all.reserve(chosen.size() + rest.size());
  for (const double x : chosen) all.push_back({x, true});
  for (const double x : rest) all.push_back({x, false});
  std::ranges::sort(all, {}, &observation::value);

  ranking result;
  result.doubled_ranks.reserve(all.size());
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && all[end].value == all[begin].value) ++end;
    const std::size_t doubled_rank = (begin + 1) + end;
    for (std::size_t i = begin; i < end; ++i) {
      result.doubled_ranks.push_back(doubled_rank);
      if (all[i].is_chosen) result.doubled_sum += doubled_rank;
    }
    const auto equal = static_cast<double>(end - begin);
    result.tied += equal * (equal * equal - 1);
  }
  return result;
}

/// C(k + rest, k), if the exact test is feasible for k <= rest.
[[nodiscard]] std::optional<std::uint64_t> feasible_ways(std::size_t k, std::size_t rest) {
  if (k + rest > most_work / k) return std::nullopt;
  std::uint64_t ways = 1;
  for (std::size_t t = 1; t <= k; ++t) {
    ways = ways * (rest + t) / t;  // the product has less than 53 + 11 bits
    if (ways >= most_ways) return std::nullopt;
  }
  return ways;
}

[[nodiscard]] double two_sided(double smaller_tail) noexcept {
  return std::min(1.0, 2 * smaller_tail);
}

[[nodiscard]] double exact_p(ranking ranked, std::size_t k, std::uint64_t all) {
  const std::size_t doubled_mean = k * (ranked.doubled_ranks.size() + 1);
  if (ranked.doubled_sum > doubled_mean) {
    ranked.doubled_sum = 2 * doubled_mean - ranked.doubled_sum;
    for (std::size_t& r : ranked.doubled_ranks) r = 2 * (ranked.doubled_ranks.size() + 1) - r;
  }
  const std::size_t seen = ranked.doubled_sum;
  const std::size_t width = seen + 1;
  std::vector<std::uint64_t> ways((k + 1) * width);
  ways[0] = 1;
  for (std::size_t i = 0; i < ranked.doubled_ranks.size(); ++i) {
    const std::size_t r = ranked.doubled_ranks[i];
    if (r > seen) continue;
    // Downwards, so that what is added has not chosen this one already.
    for (std::size_t chosen = std::min(k, i + 1); chosen > 0; --chosen) {
      const std::uint64_t* without = ways.data() + (chosen - 1) * width;
      std::uint64_t* with = ways.data() + chosen * width + r;
      for (std::size_t s = 0; s < width - r; ++s) with[s] += without[s];
    }
  }
  std::uint64_t below = 0;
  for (std::size_t s = 0; s < seen; ++s) below += ways[k * width + s];
  const std::uint64_t least = std::min(below + ways[k * width + seen], all - below);
  return two_sided(static_cast<double>(least) / static_cast<double>(all));
}

/// As SciPy's: the larger U, less a half, in units of the standard deviation that ties leave.
[[nodiscard]] double normal_p(const ranking& ranked, double n, double m) {
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - ranked.tied / (all * (all - 1)));
  if (!(variance > 0)) return 1;
  const double mean = n * m / 2;
  const double u = static_cast<double>(ranked.doubled_sum) / 2 - n * (n + 1) / 2;
  const double z = (std::max(u, n * m - u) - mean - 0.5) / std::sqrt(variance);
  return two_sided(std::erfc(z / std::numbers::sqrt2) / 2);
}

}  // namespace

double mann_whitney(std::span<const double> a, std::span<const double> b) {
  require(a, allowed::finite, "mann_whitney: a");
  require(b, allowed::finite, "mann_whitney: b");
  if (a.size() > b.size()) std::swap(a, b);
  const ranking ranked = rank(a, b);
  if (const auto ways = feasible_ways(a.size(), b.size())) return exact_p(ranked, a.size(), *ways);
  return normal_p(ranked, static_cast<double>(a.size()), static_cast<double>(b.size()));
}

double smallest_p(std::size_t n, std::size_t m) {
  if (n == 0 || m == 0) throw std::invalid_argument("smallest_p: a sample is empty");
  if (n > m) std::swap(n, m);
  double ways = 1;
  for (std::size_t t = 1; t <= n && std::isfinite(ways); ++t)
    ways = ways * static_cast<double>(m + t) / static_cast<double>(t);
  return std::min(1.0, 2 / ways);
}

}  // namespace permdelta

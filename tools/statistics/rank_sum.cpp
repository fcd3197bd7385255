#include "tools/statistics/rank_sum.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "tools/statistics/median.hpp"
#include "tools/statistics/sample.hpp"

namespace permdelta {
namespace {

constexpr std::size_t max_pairs = 4096;

// P(U = u) for u = 0 .. n m. The largest of all elements is one of the n, before which all m lie,
// or one of the m: P_{n,m}(u) = (n P_{n-1,m}(u - m) + m P_{n,m-1}(u)) / (n + m).
std::vector<double> rank_sum_probabilities(std::size_t n, std::size_t m) {
  if (n == 0 || m == 0 || n * m > max_pairs)
    throw std::invalid_argument("rank_sum: no elements, or more than 4096 pairs");
  // The probabilities for i and j elements.
  std::vector<std::vector<double>> of(n + 1, std::vector<double>(n * m + 1, 0));
  for (auto& each : of) each[0] = 1;
  for (std::size_t j = 1; j <= m; ++j)
    for (std::size_t i = 1; i <= n; ++i) {
      const auto all = static_cast<double>(i + j);
      for (std::size_t u = 0; u <= i * j; ++u) {
        const double largest_first = u >= j ? of[i - 1][u - j] : 0;
        of[i][u] =
            (static_cast<double>(i) * largest_first + static_cast<double>(j) * of[i][u]) / all;
      }
    }
  return of[n];
}

// 2 P(U <= u) for u = 0, 1, ...
std::vector<double> errors(std::size_t n, std::size_t m) {
  std::vector<double> cumulated = rank_sum_probabilities(n, m);
  std::partial_sum(cumulated.begin(), cumulated.end(), cumulated.begin());
  for (double& each : cumulated) each = std::min(1.0, 2 * each);
  return cumulated;
}

}  // namespace

centre rank_sum_shift(std::span<const double> a, std::span<const double> b, std::size_t excluded) {
  require(a, allowed::finite, "rank_sum_shift: a");
  require(b, allowed::finite, "rank_sum_shift: b");
  std::vector<double> differences;
  for (const double x : a)
    for (const double y : b) differences.push_back(y - x);
  if (2 * excluded >= differences.size())
    throw std::invalid_argument("rank_sum_shift: nothing would be left");
  std::ranges::sort(differences);
  return {median(differences),
          {differences[excluded], differences[differences.size() - 1 - excluded]}};
}

double rank_sum_error(std::size_t n, std::size_t m, std::size_t excluded) {
  const std::vector<double> found = errors(n, m);
  return found[std::min(excluded, found.size() - 1)];
}

std::size_t rank_sum_excluded(std::size_t n, std::size_t m, double error) {
  const std::vector<double> found = errors(n, m);
  const auto beyond = std::ranges::upper_bound(found, error);
  if (beyond == found.begin()) throw std::invalid_argument("rank_sum_excluded: too few elements");
  return static_cast<std::size_t>(beyond - found.begin()) - 1;
}

}  // namespace permdelta

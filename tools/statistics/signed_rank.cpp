#include "tools/statistics/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

// P(W = w) for w = 0 .. n(n + 1)/2: each rank is added or not.
std::vector<double> signed_rank_probabilities(std::size_t n) {
  std::vector<double> probability(n * (n + 1) / 2 + 1, 0);
  probability[0] = 1;
  std::size_t largest = 0;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    largest += rank;
    for (std::size_t w = largest + 1; w-- > 0;)
      probability[w] = (probability[w] + (w >= rank ? probability[w - rank] : 0)) / 2;
  }
  return probability;
}

}  // namespace

centre signed_rank_centre(std::span<const double> sample, std::size_t excluded) {
  std::vector<double> averages;
  for (std::size_t i = 0; i < sample.size(); ++i)
    for (std::size_t j = i; j < sample.size(); ++j)
      averages.push_back(std::midpoint(sample[i], sample[j]));
  const double estimate = median(averages);  // which refuses what is empty or not finite
  if (2 * excluded >= averages.size())
    throw std::invalid_argument("signed_rank_centre: nothing would be left");
  std::ranges::sort(averages);
  return {estimate, {averages[excluded], averages[averages.size() - 1 - excluded]}};
}

double signed_rank_error(std::size_t n, std::size_t excluded) {
  const std::vector<double> probability = signed_rank_probabilities(n);
  const std::size_t count = std::min(excluded + 1, probability.size());
  return std::min(
      1.0, 2 * std::accumulate(probability.begin(),
                               probability.begin() + static_cast<std::ptrdiff_t>(count), 0.0));
}

std::size_t signed_rank_excluded(std::size_t n, double error) {
  if (!(signed_rank_error(n, 0) <= error))
    throw std::invalid_argument("signed_rank_excluded: too few elements");
  std::size_t excluded = 0;
  while (signed_rank_error(n, excluded + 1) <= error) ++excluded;
  return excluded;
}

}  // namespace permdelta

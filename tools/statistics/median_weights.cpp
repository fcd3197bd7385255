#include "tools/statistics/median_weights.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

/// Of n elements drawn with replacement from x_1 < ... < x_n, let X_(r) be the r-th smallest. It is
/// at most x_i where at least r draws are among the i smallest elements, so that
///
///   P(X_(r) <= x_i) = P(Binomial(n, i/n) >= r)
///
/// and for odd n = 2r - 1 the differences of this are all (Efron, Bootstrap methods: another look
/// at the jackknife, Annals of Statistics 7, 1979, section 3; Maritz and Jarrett, A note on
/// estimating the variance of the sample median, JASA 73, 1978). For n = 2k the median takes two
/// elements, and is x_i and x_j with i < j where k draws are at most x_i, one of them x_i itself,
/// and the other k at least x_j, one of them x_j:
///
///   P(i, j) = C(2k, k) (i^k - (i-1)^k) ((n-j+1)^k - (n-j)^k) / n^(2k)
///
/// Summed over j > i, the second difference telescopes to (n-i)^k; P(X_(k) = x_i) less this sum is
/// P(i, i).
///
/// None of it may be calculated as it stands, with C(200, 100) near 1e59 and 200^200 no double:
/// - C(2k, k) / 4^k is the product of 1 - 1/(2t) over t = 1 ... k; then i^k/k^k remains, whose
///   logarithm is k log(1 + (i-k)/k), accurate because it is small where P is not; those of the two
///   factors are added first, as the product of the two never exceeds 1.
/// - i^k - (i-1)^k = i^k (1 - (1 - 1/i)^k), which expm1 and log1p give without cancellation.
/// - The binomial's terms go from the mode outwards, each a quotient of small numbers times the one
///   before, and are divided by their own sum in the end.
/// - A difference of tails is taken where they are small, below the middle: P(i, j) is
///   P(n+1-j, n+1-i).

namespace permdelta {
namespace {

constexpr double negligible = 1e-20;

/// P(Binomial(n, i/n) >= least), of absolute accuracy near 1e-16 and relative accuracy near that
/// down to 1e-25.
[[nodiscard]] double binomial_tail(std::size_t n, std::size_t i, std::size_t least) {
  if (i == 0) return least == 0 ? 1 : 0;
  if (i == n) return 1;
  // A term of this part of the mode's is the last that counts.
  constexpr double least_term = 1e-40;
  const double odds = static_cast<double>(i) / static_cast<double>(n - i);
  double all = 0;
  double tail = 0;
  double term = 1;
  for (std::size_t t = i; t <= n && term > least_term; ++t) {
    all += term;
    if (t >= least) tail += term;
    term *= static_cast<double>(n - t) / static_cast<double>(t + 1) * odds;
  }
  term = 1;
  for (std::size_t t = i; t > 0 && term > least_term; --t) {
    term *= static_cast<double>(t) / static_cast<double>(n - t + 1) / odds;
    all += term;
    if (t > least) tail += term;
  }
  return tail / all;
}

/// P(X_(rank) = x_i).
[[nodiscard]] double probability_of(std::size_t n, std::size_t i, std::size_t rank) {
  return binomial_tail(n, i, rank) - binomial_tail(n, i - 1, rank);
}

void append(std::vector<median_weight>& weights, std::size_t i, std::size_t j, double probability) {
  if (probability < negligible) return;
  weights.push_back(
      {static_cast<std::uint32_t>(i - 1), static_cast<std::uint32_t>(j - 1), probability});
}

[[nodiscard]] std::vector<median_weight> weights_of_odd(std::size_t n) {
  std::vector<median_weight> weights;
  for (std::size_t i = 1; i <= n; ++i)
    append(weights, i, i, probability_of(n, std::min(i, n + 1 - i), (n + 1) / 2));
  return weights;
}

[[nodiscard]] std::vector<median_weight> weights_of_even(std::size_t n) {
  const std::size_t half = n / 2;
  const auto k = static_cast<double>(half);
  double central = 1;  // C(2k, k) / 4^k
  for (std::size_t t = 1; t <= half; ++t) central *= 1 - 0.5 / static_cast<double>(t);
  // log((i/k)^k), and what of i^k is more than (i-1)^k; at 0 the logarithm is -infinity.
  std::vector<double> power(n + 1);
  std::vector<double> part(n + 1);
  for (std::size_t i = 0; i <= n; ++i) {
    power[i] = k * std::log1p((static_cast<double>(i) - k) / k);
    part[i] = i == 0 ? 0 : -std::expm1(k * std::log1p(-1 / static_cast<double>(i)));
  }
  const auto both = [&](std::size_t i) {
    const double apart = central * std::exp(power[i] + power[n - i]) * part[i];
    return std::max(probability_of(n, i, half) - apart, 0.0);
  };
  std::vector<median_weight> weights;
  for (std::size_t i = 1; i <= n; ++i) {
    append(weights, i, i, both(std::min(i, n + 1 - i)));
    for (std::size_t j = i + 1; j <= n; ++j) {
      const std::size_t above = n + 1 - j;
      const double probability =
          central * std::exp(power[i] + power[above]) * (part[i] * part[above]);
      if (probability < negligible) break;  // as are those further apart
      append(weights, i, j, probability);
    }
  }
  return weights;
}

}  // namespace

const std::vector<median_weight>& median_weights(std::size_t n) {
  static std::mutex mutex;
  static std::map<std::size_t, std::vector<median_weight>> known;
  const std::scoped_lock lock(mutex);
  const auto [at, is_new] = known.try_emplace(n);
  if (is_new) at->second = n % 2 != 0 ? weights_of_odd(n) : weights_of_even(n);
  return at->second;
}

}  // namespace permdelta

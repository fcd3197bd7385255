#include "bench/double_double_exp.hpp"

#include <array>
#include <limits>

namespace permdelta {
namespace {

constexpr double log2_of_e = 0x1.71547652b82fep+0;
// ln 2 in three parts. The first two are multiples of 2^-42 and 2^-84 below 2^42 of them, so that
// their products with an integer of 11 bits are exact; the rest errs by less than 2^-139.
constexpr double ln2_high = 0x1.62e42fefa3800p-1;
constexpr double ln2_middle = 0x1.ef35793c76000p-45;
constexpr double ln2_low = 0x1.cc01f97b57a08p-87;

// 1/6! 1/5! 1/4! 1/3!, and as doubles 1/12! ... 1/7!: the order of Horner's rule.
constexpr std::array<double_double, 4> series{{{0x1.6c16c16c16c17p-10, -0x1.f49f49f49f49fp-65},
                                               {0x1.1111111111111p-7, 0x1.1111111111111p-63},
                                               {0x1.5555555555555p-5, 0x1.5555555555555p-59},
                                               {0x1.5555555555555p-3, 0x1.5555555555555p-57}}};
constexpr std::array<double, 6> series_tail{1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
                                            1.0 / 362880,    1.0 / 40320,    1.0 / 5040};

constexpr int halvings = 5;
constexpr double lowest = -760;

}  // namespace

/// a = k ln 2 + r with |r| <= 0.347, s = r / 2^5, and p = e^s - 1 by its power series, of which
/// e^r - 1 is made by squaring e^s five times: (1 + p)^2 - 1 = p (2 + p). Working with e^s - 1, not
/// e^s, keeps those squarings from doubling the error: p's relative error grows by |p| / (2 - |p|)
/// of itself only, over all five by less than 1.22, besides what each adds. With u^2 = 2^-106 and
/// the bounds in double_double.hpp:
/// - a.high - k ln2_high is exact: both are multiples of a unit of which the difference has less
///   than 2^53. Of the two additions that follow each errs by 2 u^2 |r|, and k ln2_low by 2^-127,
///   so r errs by 2 u^2, and e^r by as much of itself.
/// - |s| < 2^-6.5. In s + s^2/2! + ..., relative to s, the first term left out, s^13/13!, is below
///   2^-110; those from s^7/7! on are below 2^-51, so that their being doubles costs less than
///   8 u^2; the rest is below 2^-7 and can't spoil the last addition's 3 u^2 by more than 1 u^2.
/// - Each squaring adds a sum's 2 u^2 and a product's 5 u^2 to p's relative error, which ends up
///   below (12 + 5 * 7) 1.22 u^2 < 58 u^2. As |p| < 0.42 e^r, that is 25 u^2 of e^r, or less than
///   30 u^2 < 2^-101 together with r's error and that of adding 1.
/// Where something underflows on the way, it does so beside the 1.
scaled_double_double exp_scaled(double_double a) noexcept {
  if (a.high < lowest) return {};
  if (std::isnan(a.high)) return {{std::numeric_limits<double>::quiet_NaN(), 0}, 0};

  const double k = std::nearbyint(a.high * log2_of_e);
  const double_double r = two_sum(a.high - k * ln2_high, -k * ln2_middle) + a.low + -k * ln2_low;
  const double scale = std::ldexp(1.0, -halvings);
  const double_double s{r.high * scale, r.low * scale};

  double tail = 0;
  for (const double coefficient : series_tail) tail = tail * s.high + coefficient;
  double_double sum{tail};
  for (const double_double& coefficient : series) sum = sum * s + coefficient;
  sum = (sum * s + 0.5) * s;  // s/2! + s^2/3! ...
  double_double p = s + sum * s;
  for (int i = 0; i < halvings; ++i) p = p * (p + 2.0);
  return {p + 1.0, static_cast<int>(k)};
}

double_double exp(double_double a) noexcept {
  const auto [significand, exponent] = exp_scaled(a);
  return {std::ldexp(significand.high, exponent), std::ldexp(significand.low, exponent)};
}

}  // namespace permdelta

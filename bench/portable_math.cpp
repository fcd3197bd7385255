#include "bench/portable_math.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace permdelta {
namespace {

// ln 2 in two parts. The first has 32 bits, so its product with an exponent is exact.
constexpr double ln2_high = 0x1.62e42feep-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;
constexpr double log2_of_e = 0x1.71547652b82fep+0;

// 1/3, 1/5 ... 1/21 and 1/2!, 1/3! ... 1/13!, the largest last: the order of Horner's rule.
constexpr auto atanh_series = [] {
  std::array<double, 10> series{};
  for (std::size_t i = 0; i < series.size(); ++i) series[i] = 1 / (21 - 2 * static_cast<double>(i));
  return series;
}();
constexpr auto exp_series = [] {
  std::array<double, 12> series{};
  double factorial = 1;
  for (std::size_t i = series.size(); i > 0; --i) {
    factorial *= static_cast<double>(series.size() - i + 2);
    series[i - 1] = 1 / factorial;
  }
  return series;
}();

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int fraction_bits = 52;
constexpr int bias = 1023;

// 2^e for a normal power.
double power_of_two(int e) noexcept {
  return std::bit_cast<double>(static_cast<std::uint64_t>(e + bias) << fraction_bits);
}

}  // namespace

/// x = 2^k m with m in [sqrt(1/2), sqrt(2)), so log x = k ln 2 + log m. With f = m - 1, which is
/// exact, and s = f / (2 + f) in [-0.172, 0.172],
///     log m = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...),
/// whose terms fall by a factor of 34 each: ten of them reach 2^-57. The first term, 2 s, carries
/// the rounding errors of the division; so it is written as f - s f, where f has none and s f is
/// small.
double portable_log(double x) noexcept {
  if (!(x > 0)) return x == 0 ? -infinity : std::numeric_limits<double>::quiet_NaN();
  if (x == infinity) return x;

  int k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    k = -54;
  }
  // Subtracting the bits of sqrt(1/2) makes the exponent field count from there.
  constexpr auto root_half = std::bit_cast<std::uint64_t>(0x1.6a09e667f3bcdp-1);
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const int shift = static_cast<int>(static_cast<std::int64_t>(bits - root_half) >> fraction_bits);
  k += shift;
  const double m = std::bit_cast<double>(
      bits - (static_cast<std::uint64_t>(static_cast<std::int64_t>(shift)) << fraction_bits));

  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  double tail = 0;
  for (const double coefficient : atanh_series) tail = (tail + coefficient) * z;  // z/3 + z^2/5 ...
  const double log_m_less_f = -s * (f - 2 * tail);
  const double exponent = k;
  return exponent * ln2_high + (f + (log_m_less_f + exponent * ln2_low));
}

/// x = k ln 2 + r with |r| <= 0.35, so exp x = 2^k exp r, and exp r by its power series: the term
/// r^14 / 14! is below 2^-57.
double portable_exp(double x) noexcept {
  if (x != x) return x;
  if (x > 709.79) return infinity;
  if (x < -745.14) return 0;

  const int k = static_cast<int>(x * log2_of_e + (x < 0 ? -0.5 : 0.5));
  const double exponent = k;
  const double r = (x - exponent * ln2_high) - exponent * ln2_low;
  double tail = 0;
  for (const double coefficient : exp_series) tail = (tail + coefficient) * r;  // r/2! + r^2/3! ...
  const double exp_r = 1 + (r + tail * r);

  // Two steps, because 2^k may overflow where the result does not, or be subnormal.
  const int half = k / 2;
  return exp_r * power_of_two(half) * power_of_two(k - half);
}

}  // namespace permdelta

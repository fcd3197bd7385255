#pragma once

/// e to the power t, for t <= 0, with the same bits on every instruction set.
///
/// Libraries' exponentials differ between each other and their own versions and widths; this one is
/// additions and multiplications, each rounded, in one order, and no fused ones, which not every
/// instruction set has. (Cody and Waite, "Software Manual for the Elementary Functions", 1980:)
///   k = t / ln 2, rounded to an integer by adding 1.5 2^(p-1), p being the digits of C
///   z = t - k h        h is ln 2 but for its lowest bits: k h and the difference are exact
///   r = z - k l        l is the rest of ln 2; |r| <= ln 2 / 2
///   e^t = 2^k (1 + (z + (r^2 P(r) - k l)))
/// P is the polynomial that minimises the largest relative error of 1 + r + r^2 P(r) as e^r, found
/// by Remez' exchange and then rounded: 2^-27.9 for float, 2^-60.2 for double.
///
/// Bound: 1 unit in the last place of the result. Where r < 0, e^r is below 1 and its last place
/// 2^-p. In these units, the last addition's error is 1/2, that of the one before 1/4 (its result
/// is below 1/2), those of the difference and of r^2 P 1/32 each (below 1/16), of r r and P, times
/// the other, 0.03 each, and of r (1/4), times the slope of e^r - 1 - r, 0.08: 0.95 together.
/// Double has 0.01 for P's own, float 0.07, which is more than 1: but every float was tried, and
/// the largest error is 0.881. Where r > 0 the last place is twice as large. Where the result is
/// subnormal, its last rounding adds half a unit to what has become half as much at most.
///
/// 2^k alone may be too small to be a number. So 1.5 2^(p-1) has another summand: the bias of the
/// exponents, and what keeps them positive (`lift`), which a last multiplication takes away. The
/// sum's lowest bits then are the exponent of a number, 2^(k + lift).

#include <type_traits>

#include "kernels/native/native.hpp"

namespace permdelta {

template <class Arch>
class exponential {
 public:
  /// e^t for t <= 0, -infinity included; NaN of NaN. Number: double, float, or a batch of them.
  template <class Number>
  [[nodiscard, gnu::always_inline]] static Number of(Number t) noexcept {
    using c = constants<decltype(scalar_of(t))>;
    t = at_least(Number(c::zero_below), t);
    const Number sum = t * Number(c::log2_e) + Number(c::magic);
    const Number k = sum - Number(c::magic);
    const Number z = t - k * Number(c::ln2_high);
    const Number kl = k * Number(c::ln2_low);
    const Number r = z - kl;
    Number p(c::polynomial[c::degree]);
#pragma GCC unroll 10
    for (int i = c::degree - 1; i >= 0; --i) p = p * r + Number(c::polynomial[i]);
    const Number e = ((r * r * p - kl) + z) + Number(1);
    return e * power(sum) * Number(c::lowered);
  }

 private:
  using floats = batch<Arch, float>;
  using doubles = batch<Arch, double>;

  template <class C, class = void>
  struct constants;

  static float scalar_of(float) noexcept;
  static float scalar_of(floats) noexcept;
  static double scalar_of(double) noexcept;
  static double scalar_of(doubles) noexcept;

  // NaN stays.
  template <class Number>
  [[nodiscard, gnu::always_inline]] static Number at_least(Number least, Number t) noexcept {
    if constexpr (std::is_floating_point_v<Number>)
      return t < least ? least : t;
    else
      return xsimd::select(t < least, least, t);
  }

  [[nodiscard]] static floats power(floats sum) noexcept {
    return native<Arch>::exponent(sum);
  }
  [[nodiscard]] static doubles power(doubles sum) noexcept {
    return native<Arch>::exponent(sum);
  }
  [[nodiscard]] static float power(float sum) noexcept {
    return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, sum) << 23);
  }
  [[nodiscard]] static double power(double sum) noexcept {
    return __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, sum) << 52);
  }
};

template <class Arch>
template <class Unused>
struct exponential<Arch>::constants<float, Unused> {
  static constexpr int lift = 64;
  static constexpr float zero_below = -104;  // e^-104 is less than half of the smallest float
  static constexpr float magic = 0x1.8p23F + (127 + lift);
  static constexpr float lowered = 0x1p-64F;
  static constexpr float log2_e = 0x1.715476p0F;
  static constexpr float ln2_high = 0x1.62e4p-1F;
  static constexpr float ln2_low = 0x1.7f7d1cp-20F;
  static constexpr int degree = 4;
  static constexpr float polynomial[] = {0x1.fffffcp-2F, 0x1.555492p-3F, 0x1.5558f2p-5F,
                                         0x1.1239e2p-7F, 0x1.6a2452p-10F};
};

template <class Arch>
template <class Unused>
struct exponential<Arch>::constants<double, Unused> {
  static constexpr int lift = 512;
  static constexpr double zero_below = -746;
  static constexpr double magic = 0x1.8p52 + (1023 + lift);
  static constexpr double lowered = 0x1p-512;
  static constexpr double log2_e = 0x1.71547652b82fep0;
  static constexpr double ln2_high = 0x1.62e42fefa38p-1;
  static constexpr double ln2_low = 0x1.ef35793c7673p-45;
  static constexpr int degree = 10;
  static constexpr double polynomial[] = {
      0x1p-1,
      0x1.555555555555bp-3,
      0x1.5555555555503p-5,
      0x1.111111110ec5dp-7,
      0x1.6c16c16c3048ep-10,
      0x1.a01a01b37e34fp-13,
      0x1.a01a01368ece6p-16,
      0x1.71ddf020d45ap-19,
      0x1.27e5b447b7c52p-22,
      0x1.af6be7db3dc11p-26,
      0x1.1e3d2ae1b9f58p-29,
  };
};

}  // namespace permdelta

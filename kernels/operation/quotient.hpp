#pragma once

/// Dividing many numbers by one, with the bits that division itself gives.
///
/// A vector division takes ten cycles or more where a multiplication takes one, and layernorm
/// divides a whole row by the same d. With r = RN(1/d), q = RN(c r) is close to c/d but often not
/// its rounding. The remainder c - q d, which a fused multiply-add gives exactly, says how far off
/// it is, and q + (c - q d) r, rounded once, is the quotient (Markstein, IBM J. Res. Dev. 34, 1990;
/// Brisebarre, Muller, Raina, IEEE Trans. Comput. 53, 2004). What it takes:
///
/// - Markstein's theorem wants q within one unit in the last place of c/d. For double the first q
///   is therefore taken from twice the precision: r + s is 1/d to some 2^-105, and
///   q = RN(c r + RN(c s)). For float q = RN(c r) is enough, though it may be off by one and a half
///   units: a wrong rounding needs c/d within 5 parts in 2^49 of a midpoint, and the pairs of
///   significands that near are few enough to try them all (tests/kernels/quotient_test.cpp does).
/// - Nothing may under- or overflow on the way: d and the smallest |c| must stay in the ranges
///   below, and |c/d| below 2^64, which holds for layernorm as |c| <= sqrt(n) d. c = 0 is refused
///   too, as it is not told apart from a tiny c (and would lose its sign).

#include "kernels/native/native.hpp"

namespace permdelta {

template <class Arch, class C>
class common_divisor {
 public:
  using vector = batch<Arch, C>;

  explicit common_divisor(C d) noexcept
      : d_(d),
        reciprocal_(native<Arch>::divide(vector(C{1}), d_)),
        applicable_(native<Arch>::fused && d >= C{1} / limit && d <= limit) {
    if constexpr (native<Arch>::fused && twice_precise)
      rest_ = native<Arch>::multiply_add(-d_, reciprocal_, vector(C{1})) * reciprocal_;
  }

  /// Whether `fast` may be used at all: the ISA has an FMA, and the divisor is within range.
  [[nodiscard]] bool applicable() const noexcept { return applicable_; }

  /// Whether `fast(c)` is exact for all c with these magnitudes or larger ones.
  [[nodiscard]] static bool exact_from(vector smallest_magnitude) noexcept {
    return !xsimd::any(smallest_magnitude < vector(C{1} / limit));
  }

  /// c / d by multiplications.
  [[nodiscard]] vector fast(vector c) const noexcept {
    if constexpr (native<Arch>::fused) {
      vector q;
      if constexpr (twice_precise)
        q = native<Arch>::multiply_add(c, reciprocal_, c * rest_);
      else
        q = c * reciprocal_;
      const vector remainder = native<Arch>::multiply_add(-q, d_, c);
      return native<Arch>::multiply_add(remainder, reciprocal_, q);
    } else {
      return slow(c);
    }
  }

  [[nodiscard]] vector slow(vector c) const noexcept { return native<Arch>::divide(c, d_); }

 private:
  static constexpr bool twice_precise = sizeof(C) == sizeof(double);
  static constexpr C limit = static_cast<C>(twice_precise ? 0x1p500 : 0x1p60);

  vector d_;
  vector reciprocal_;
  vector rest_ = vector(C{0});
  bool applicable_;
};

}  // namespace permdelta

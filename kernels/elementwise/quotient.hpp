#pragma once

/// Dividing many numbers by one, with the bits that division itself gives.
///
/// A vector division takes six cycles or more where a multiplication takes one, and layernorm,
/// rmsnorm and softmax divide a whole row by the same d. Let r = RN(1/d) and s nearly 1/d - r, so
/// that r + s is 1/d to twice the precision. Then q = RN(c r + RN(c s)), a multiplication and a
/// fused multiply-add, is c/d rounded correctly, except where c/d lies so near to a midpoint
/// between two numbers that its error of 3 units of 2^-2p decides (p digits). Which c those are,
/// number theory tells (Brisebarre, Muller, Raina, "Accelerating correctly rounded floating-point
/// division when the divisor is known in advance", IEEE Trans. Comput. 53, 2004): with integers C
/// and D for the significands and an odd M of p + 1 bits for the midpoint,
///   C 2^p - D M = k  (C >= D)    or    C 2^(p+1) - D M = k  (C < D),
/// where |k| is 3 at most, or 6. So M = -k/D modulo a power of two, and a handful of C is left to
/// try. 97 of 100 divisors pass. The others take another step: the remainder c - q d, which a fused
/// multiply-add gives exactly, says how far off q is, and q + (c - q d) r is the quotient
/// (Markstein, IBM J. Res. Dev. 34, 1990). Markstein's theorem wants q within one unit in the last
/// place of c/d, for which double keeps the s; for float q = RN(c r) will do, as the pairs for
/// which it might not, have all been tried (tests/kernels/quotient_test.cpp).
///
/// Nothing may under- or overflow on the way: d, |c| and |c/d| must stay in the ranges below, and
/// |c/d| below 2^64, which holds where d is not much smaller than the root of the mean of c^2, as
/// |c| <= sqrt(n) d then. c = +0 gives +0, but so may -0.
///
/// That no c = x - m is tiny need not be looked at element by element: m decides. Where x is
/// between m/2 and 2m the difference is exact (Sterbenz) and a multiple of half a unit in the last
/// place of m; elsewhere it is at least |m|/2. So c is zero or at least 2^-(p+1) |m|.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "kernels/native/native.hpp"

namespace permdelta {

template <class Arch, class C>
class common_divisor {
 public:
  using vector = batch<Arch, C>;

  common_divisor() noexcept = default;  // for arrays; nothing until assigned

  explicit common_divisor(C d) noexcept
      : d_(d),
        reciprocal_(C{1} / d),
        rest_(multiply_add(-d, reciprocal_, C{1}) * reciprocal_),
        applicable_(native<Arch>::fused && d >= C{1} / limit && d <= limit) {}

  /// Whether there are quick ways to the quotient at all, for c from `least_numerator` on: the ISA
  /// has an FMA, the divisor is within range.
  [[nodiscard]] bool is_quick() const noexcept { return applicable_; }

  [[nodiscard]] C least_numerator() const noexcept {
    const C relative = d_ * (least_ratio * rounding);
    return relative > least_mean * rounding ? relative : least_mean * rounding;
  }

  /// Whether there are for every x - mean.
  [[nodiscard]] bool is_quick_around(C mean) const noexcept {
    const C magnitude = mean < 0 ? -mean : mean;
    return applicable_ && magnitude >= least_mean && magnitude <= limit &&
           magnitude >= d_ * least_ratio;
  }

  /// Whether `in_two(c)` is known to be the quotient, for every c.
  [[nodiscard]] bool two_operations_do() const noexcept {
    const word significand = (bits_of(d_) & (hidden - 1)) | hidden;
    // A midpoint is odd, so k has the twos of D; with more than two there is no k, and what is
    // tried is a number like another.
    const int twos = __builtin_ctzll(significand);
    const int even = twos < 2 ? twos : 2;
    const word odd = significand >> even;
    const word inverse = inverse_of(odd);
    const candidates& to_try = hard[even];
    alignas(64) C numerators[candidates::count];
    for (std::size_t i = 0; i < candidates::count; ++i) {
      const word midpoint = ((inverse * to_try.minus_k[i]) & to_try.mask[i]) | to_try.top[i];
      numerators[i] = numerator(odd, midpoint, to_try.minus_k[i], to_try.shift[i]);
    }
    bool all = true;
    for (std::size_t i = 0; i < candidates::count; i += vector::size) {
      const vector c = vector::load_aligned(numerators + i);
      all &= !xsimd::any(in_two(c) != slow(c));
    }
    return all;
  }

  /// c / d by two operations, if they do.
  [[nodiscard]] vector in_two(vector c) const noexcept {
    return multiply_add(c, vector(reciprocal_), c * vector(rest_));
  }

  /// c / d by one or two more.
  [[nodiscard]] vector corrected(vector c) const noexcept {
    const vector q = is_double ? in_two(c) : c * vector(reciprocal_);
    return multiply_add(multiply_add(q, vector(-d_), c), vector(reciprocal_), q);
  }

  [[nodiscard]] vector slow(vector c) const noexcept { return native<Arch>::divide(c, vector(d_)); }

 private:
  static constexpr bool is_double = sizeof(C) == sizeof(double);
  static constexpr int digits = is_double ? 53 : 24;
  static constexpr C limit = static_cast<C>(is_double ? 0x1p500 : 0x1p60);
  static constexpr C least_mean = static_cast<C>(is_double ? 0x1p-446 : 0x1p-35);
  static constexpr C least_ratio = static_cast<C>(is_double ? 0x1p-850 : 0x1p-50);
  static constexpr C rounding = static_cast<C>(is_double ? 0x1p-54 : 0x1p-25);

  using word = std::conditional_t<is_double, std::uint64_t, std::uint32_t>;
  using signed_word = std::make_signed_t<word>;
  static constexpr word hidden = word{1} << (digits - 1);

  // C 2^shift - (D / 2^even) M = k / 2^even: what M is modulo 2^shift, and its upper bits. Where M
  // mod 2^shift has the bit of `top` missing there is no such M, and again no harm.
  struct candidates {
    static constexpr std::size_t count = 16;
    word minus_k[count];
    word mask[count];
    word top[count];
    signed_word shift[count];
  };
  static constexpr candidates make_candidates(int even) {
    candidates all{};
    std::size_t i = 0;
    while (i < candidates::count)  // ten at most, and some of them again
      for (int shift = digits - even; shift <= digits + 1 - even; ++shift) {
        const word modulus = word{1} << shift;
        const signed_word most = (shift == digits - even ? 3 : 6) >> even;
        for (signed_word k = 1; k <= most; k += 2)
          for (word top = 2 * hidden; top < 4 * hidden; top += modulus)
            for (const signed_word signed_k : {k, -k})
              if (i < candidates::count) {
                all.minus_k[i] = static_cast<word>(signed_k);
                all.mask[i] = modulus - 1;
                all.top[i] = top;
                all.shift[i++] = shift;
              }
      }
    return all;
  }
  static constexpr candidates hard[] = {make_candidates(0), make_candidates(1), make_candidates(2)};

  // Fused, where anybody uses it.
  [[nodiscard]] static vector multiply_add(vector v, vector w, vector z) noexcept {
    if constexpr (native<Arch>::fused)
      return native<Arch>::multiply_add(v, w, z);
    else
      return v * w + z;
  }
  [[nodiscard]] static C multiply_add(C v, C w, C z) noexcept {
    if constexpr (!native<Arch>::fused)
      return v * w + z;
    else if constexpr (is_double)
      return __builtin_fma(v, w, z);
    else
      return __builtin_fmaf(v, w, z);
  }

  [[nodiscard]] static word bits_of(C value) noexcept { return __builtin_bit_cast(word, value); }

  // Modulo 2^(digits + 1) and more, of an odd number. Each step doubles the bits that are right;
  // five are to begin with.
  [[nodiscard]] static word inverse_of(word odd) noexcept {
    word x = (3 * odd) ^ 2;
    for (int bits = 5; bits < digits + 1; bits *= 2) x *= 2 - odd * x;
    return x;
  }

  // (odd * midpoint + k) / 2^shift.
  [[nodiscard]] static C numerator(word odd, word midpoint, word minus_k,
                                   signed_word shift) noexcept {
    const auto k = -static_cast<signed_word>(minus_k);
    if constexpr (is_double) {
      __extension__ using wide = __int128;
      const wide product = static_cast<wide>(odd) * static_cast<wide>(midpoint) + k;
      return static_cast<C>(static_cast<std::int64_t>(product >> shift));
    } else {  // exact in double
      const double product = static_cast<double>(static_cast<signed_word>(odd)) *
                             static_cast<double>(static_cast<signed_word>(midpoint));
      const double scale = __builtin_bit_cast(double, (std::int64_t{1023} - shift) << 52);
      return static_cast<C>((product + static_cast<double>(k)) * scale);
    }
  }

  C d_;
  C reciprocal_;
  C rest_;
  bool applicable_;
};

}  // namespace permdelta

#pragma once

/// @file
/// A sum that never rounds, as one large integer.
///
/// Every finite float is a whole multiple of 2^-149, every finite double of 2^-1074. So a sum of
/// them is a whole number of such units, and one two's-complement integer holds it: for 2^64 terms
/// of the largest magnitude 6 words of 64 bits do for float and 34 for double (Kulisch's long
/// accumulator). Adding a number shifts its significand to where its unit lies and adds it with
/// carry. Integer addition is associative, so order, blocks, threads and ranks do not matter, and
/// neither does a partial sum that no float could hold. Special values are remembered by what was
/// present: a NaN, or both infinities, give NaN; one infinity gives itself; a zero sum is +0 unless
/// every term was -0.
///
/// Some nanoseconds a number; it always works. These are plain functions compiled once, for
/// everybody: the kernels' files, each with its own instruction set's flags, must not have copies
/// of them.
///
/// Installed, because exact_accumulator holds one. Programs use that: of these functions the shared
/// library has `round_to` only.

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "../element.hpp"
#include "../export.h"

namespace permdelta {

__extension__ using int128 = __int128;

/// What kinds of terms there were, as bits. It matters where the sum is zero, or no number.
enum presence : std::uint64_t {
  nan = 1,
  positive_infinity = 2,
  negative_infinity = 4,
  not_finite = 7,
  negative_zero = 8,
  positive_zero = 16,
  nonzero = 32
};

/// All zero bytes: nothing was added.
template <class C>
struct PERMDELTA_EXPORT superaccumulator {
  /// 2^unit_exponent is the weight of the lowest bit.
  static constexpr int unit_exponent = std::is_same_v<C, double> ? -1074 : -149;
  static constexpr std::size_t size = std::is_same_v<C, double> ? 34 : 6;

  std::array<std::uint64_t, size> words;  ///< two's complement, lowest first
  std::uint64_t present;                  ///< of enum presence

  friend bool operator==(const superaccumulator&, const superaccumulator&) = default;
};

/// One number; no floating-point flag is raised. For C = float a double must be a multiple of
/// 2^-149 and below 2^192 in magnitude.
template <class C>
void add(superaccumulator<C>&, double value) noexcept;
template <class C>
void add(superaccumulator<C>&, float value) noexcept;
template <class C>
void add(superaccumulator<C>&, fp16 value) noexcept;
template <class C>
void add(superaccumulator<C>&, bf16 value) noexcept;

/// value * 2^exponent, which must be a multiple of the unit.
template <class C>
void add_scaled(superaccumulator<C>&, int128 value, int exponent) noexcept;

template <class C>
void merge(superaccumulator<C>&, const superaccumulator<C>& other) noexcept;

/// What no sum or sign can depend on any more is forgotten: the other terms where one was not
/// finite, and which zeros there were where there was anything else. Expected by `==`.
template <class C>
void canonicalize(superaccumulator<C>&) noexcept;

template <class C>
[[nodiscard]] bool is_zero(const superaccumulator<C>&) noexcept;

/// The negative of the sum, as if every term had been.
template <class C>
void negate(superaccumulator<C>&) noexcept;

/// The sum, rounded once to the nearest T, ties to even. +0 where nothing was added.
template <element T, class C>
[[nodiscard]] PERMDELTA_EXPORT T round_to(const superaccumulator<C>&) noexcept;

/// Rounds value * 2^exponent where everything within `bound` of `value` rounds to the same number;
/// else false, and `result` is as it was. The result is above 2^-1022, or overflows.
[[nodiscard]] bool round_if_certain(int128 value, int128 bound, int exponent,
                                    double& result) noexcept;

}  // namespace permdelta

#pragma once

/// Adding numbers of any exponents exactly, by integer addition.
///
/// Let g be a power of two and M = 1.5 * 2^52 * g. For |x| <= 2^50 g the sum t = x + M lies in
/// [2^52 g, 2^53 g), where doubles are g apart: the addition rounds x to a multiple of g, each
/// element for itself, and the bits of t, read as an integer, are those of M plus that multiple. So
/// adding up the bits of all t in 64-bit integers adds up the rounded elements, and carries live in
/// the integer (Demmel and Nguyen's bins, and Blanchard, Higham and Mary's, do it in floating
/// point). What the rounding dropped, x - (t - M), is exact, at most g/2, and goes into the next
/// bin, whose g is 2^51 times smaller. Two bins take all of a number that reaches 101 bits below
/// the largest; each takes 4096 deposits a lane, for 4096 * 2^50 < 2^63.
///
/// What the last bin drops can be kept track of, and is mostly zero (`complete`), or it can be
/// bounded: half a unit an element.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/exact/superaccumulator.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// sum = sum of units[b] * 2^exponents[b], and what was dropped.
template <std::size_t Bins>
struct binned {
  int128 units[Bins];
  int exponents[Bins];
  bool complete;
};

/// v is 2^exponent times something in [1, 2); -1100 for zero, 1024 for infinities and NaN.
template <class Arch>
[[nodiscard]] inline int exponent_of(double v) noexcept {
  const int biased = static_cast<int>((__builtin_bit_cast(std::uint64_t, v) >> 52) & 0x7FF);
  if (biased != 0) return biased - 1023;
  return v == 0 ? -1100 : -1022;  // an upper bound for subnormals
}

template <class Source>
struct bins {
  using arch = typename Source::arch;
  using C = typename Source::compute;
  using simd = native<arch>;
  using doubles = std::conditional_t<std::is_same_v<C, double>, batch<arch, double>,
                                     typename simd::wide_doubles>;
  static constexpr std::size_t width = Source::width;
  static constexpr std::size_t lanes = doubles::size;

  /// Numbers that one call of `sum` takes.
  static constexpr std::size_t capacity = 4096 * lanes;

  /// Exponents of the largest magnitude for which every M and g of three bins is a normal number.
  static constexpr bool in_range(int exponent) noexcept {
    return exponent >= -860 && exponent <= 970;
  }

  /// The largest magnitude among numbers begin ... end - 1. NaN may be overlooked.
  [[nodiscard]] static C largest(Source source, std::size_t begin, std::size_t end) noexcept {
    using vector = batch_of<Source>;
    vector largest_seen(C{0});
    std::size_t i = begin;
    for (; i + width <= end; i += width)
      largest_seen = xsimd::max(largest_seen, xsimd::abs(source.load(i)));
    if (i < end) largest_seen = xsimd::max(largest_seen, xsimd::abs(load_some(source, i, end - i)));
    alignas(64) C lane[width];
    largest_seen.store_aligned(lane);
    C result = 0;
    for (std::size_t k = 0; k < width; ++k) result = lane[k] > result ? lane[k] : result;
    return result;
  }

  /// Numbers begin ... end - 1, at most `capacity`, all below 2^(exponent + 1) in magnitude. Track:
  /// find out whether anything was dropped, else `complete` is false.
  template <std::size_t Bins, bool Track>
  [[nodiscard]] static binned<Bins> sum(Source source, std::size_t begin, std::size_t end,
                                        int exponent) noexcept {
    binned<Bins> result;
    doubles magic[Bins];
    double magic_value[Bins];
    decltype(simd::no_bits(doubles(0.0))) sums[Bins];
    for (std::size_t b = 0; b < Bins; ++b) {
      result.exponents[b] = exponent + 1 - 50 - 51 * static_cast<int>(b);
      magic_value[b] = power_of_two(result.exponents[b] + 52) * 1.5;
      magic[b] = doubles(magic_value[b]);
      sums[b] = simd::no_bits(magic[b]);
    }
    doubles dropped(0.0);
    const auto deposit = [&](doubles x, std::size_t) __attribute__((always_inline)) {
#pragma GCC unroll 3
      for (std::size_t b = 0; b < Bins; ++b) {
        const doubles t = x + magic[b];
        sums[b] = simd::add_bits(sums[b], t);
        if (Track || b + 1 < Bins) x = x - (t - magic[b]);
      }
      if constexpr (Track) dropped = dropped | x;
    };

    std::size_t i = begin;
    if constexpr (width == lanes) {
      for (; i + width <= end; i += width) deposit(source.load(i), 0);
      if (i < end) deposit(load_some(source, i, end - i), 0);
    } else {
      for (; i + width <= end; i += width) each_wide(source, i, deposit);
      if (i < end) each_wide_of<Source>(load_some(source, i, end - i), deposit);
    }

    const auto deposits =
        static_cast<std::uint64_t>((end - begin + width - 1) / width * (width / lanes));
    for (std::size_t b = 0; b < Bins; ++b) {
      std::int64_t lane[lanes];
      simd::store(sums[b], lane);
      result.units[b] = 0;
      // Modulo 2^64; what is left is below 2^63.
      const std::uint64_t offset = deposits * __builtin_bit_cast(std::uint64_t, magic_value[b]);
      for (std::size_t k = 0; k < lanes; ++k)
        result.units[b] += static_cast<std::int64_t>(static_cast<std::uint64_t>(lane[k]) - offset);
    }
    alignas(64) double left[lanes];
    dropped.store_aligned(left);
    result.complete = Track;
    for (const double value : left) result.complete = result.complete && value == 0;
    return result;
  }

 private:
  [[nodiscard]] static double power_of_two(int exponent) noexcept {
    return __builtin_bit_cast(double, static_cast<std::uint64_t>(exponent + 1023) << 52);
  }
};

}  // namespace permdelta

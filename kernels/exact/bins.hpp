#pragma once

/// Adding numbers of any exponents exactly, by integer addition.
///
/// Let g be a power of two and M = 1.5 * 2^52 * g. For |x| <= 2^50 g the sum t = x + M lies in
/// [2^52 g, 2^53 g), where doubles are g apart: the addition rounds x to a multiple of g, each
/// element for itself, and the bits of t, read as an integer, are those of M plus that multiple. So
/// adding up the bits of all t in 64-bit integers adds up the rounded elements, and carries live in
/// the integer (Demmel and Nguyen's bins, and Blanchard, Higham and Mary's, do it in floating
/// point). What the rounding dropped, x - (t - M), is exact, at most g/2, and goes into the next
/// bin, whose g is 2^51 times smaller. 4096 numbers may go into a bin, for 4096 * 2^50 < 2^63.
///
/// What is left after the last bin, the rest, is added up in plain doubles. All of it are multiples
/// of one power of two, the last bit of the smallest element, so if the rests of 4096 elements stay
/// below 2^53 of those, no addition of rests can round. How many bins that takes follows from the
/// range: the largest and the smallest nonzero magnitude of the block. Floats whose exponents are
/// no more than 17 apart take no bin at all, up to 68 one, up to 119 two, and all floats that there
/// are five; doubles up to 39 one, up to 90 two, up to 243 five.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/exact/superaccumulator.hpp"
#include "kernels/fold.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// Numbers that one call of `bins::sum` takes.
inline constexpr std::size_t bin_capacity = 4096;

/// sum = sum of units[b] * 2^exponents[b], and rest.
template <std::size_t Bins>
struct binned {
  std::int64_t units[Bins == 0 ? 1 : Bins];
  int exponents[Bins == 0 ? 1 : Bins];
  double rest;
};

/// What a block's magnitudes are, as exponents.
struct exponent_range {
  int top;   ///< all elements are below 2^top; 1025 if one is infinite
  int unit;  ///< and multiples of 2^unit
};

template <class Source>
struct bins {
  using arch = typename Source::arch;
  using C = typename Source::compute;
  using simd = native<arch>;
  using doubles = std::conditional_t<std::is_same_v<C, double>, batch<arch, double>,
                                     typename simd::wide_doubles>;
  static constexpr std::size_t width = Source::width;
  static constexpr std::size_t lanes = doubles::size;
  static constexpr std::size_t each = width / lanes;  ///< batches of doubles in one of C

  static constexpr int most_bins = 5;  ///< enough for every float

  /// v is below 2^(this + 1), and if it is a normal number not below 2^this; 1024 for infinities
  /// and NaN.
  [[nodiscard]] static int exponent_of(double v) noexcept {
    const int biased = static_cast<int>((__builtin_bit_cast(std::uint64_t, v) >> 52) & 0x7FF);
    return biased == 0 ? -1022 : biased - 1023;
  }

  /// Of numbers begin ... end - 1, of which there is one. Infinities show, NaN may be overlooked.
  [[nodiscard]] static exponent_range range(Source source, std::size_t begin,
                                            std::size_t end) noexcept {
    using vector = batch_of<Source>;
    constexpr C infinity = static_cast<C>(__builtin_huge_val());
    vector largest(C{0});
    vector smallest(infinity);
    const auto look = [&](vector x) __attribute__((always_inline)) {
      const vector magnitude = xsimd::abs(x);
      largest = xsimd::max(largest, magnitude);
      smallest = xsimd::min(smallest,
                            xsimd::select(magnitude == vector(C{0}), vector(infinity), magnitude));
    };
    std::size_t i = begin;
    for (; i + width <= end; i += width) look(source.load(i));
    if (i < end) look(load_some(source, i, end - i));  // filled up with zeros
    const auto max = [](vector v, vector w) noexcept { return xsimd::max(v, w); };
    const auto min = [](vector v, vector w) noexcept { return xsimd::min(v, w); };
    const C most = simd::first(fold_batch<simd, width / 2>(largest, max));
    const C least = simd::first(fold_batch<simd, width / 2>(smallest, min));
    constexpr format type = format_of<C>;
    const int smallest_exponent = exponent_of(static_cast<double>(least));
    return {exponent_of(static_cast<double>(most)) + 1,
            (smallest_exponent > type.min_exponent ? smallest_exponent : type.min_exponent) -
                (type.digits - 1)};
  }

  /// The bins it takes for the rest to be exact; more than `most_bins` if that is not to be had.
  [[nodiscard]] static int bins_for(exponent_range range) noexcept {
    const int spread = range.top - range.unit;
    if (spread <= 41) return 0;
    const int count = (spread - 41 + 50) / 51;
    return in_range(range.top, count) ? count : most_bins + 1;
  }

  /// Whether every M is a normal number; then every g is a number.
  [[nodiscard]] static constexpr bool in_range(int top, int count) noexcept {
    return top <= 1021 && top + 2 - 51 * (count - 1) >= -1022;
  }

  /// Numbers begin ... end - 1, at most bin_capacity, all below 2^top in magnitude. Rest: find it,
  /// or only bound it: half a unit of the last bin an element.
  template <std::size_t Bins, bool Rest>
  [[nodiscard]] static binned<Bins> sum(Source source, std::size_t begin, std::size_t end,
                                        int top) noexcept {
    binned<Bins> result;
    constexpr std::size_t slots = Bins == 0 ? 1 : Bins;
    doubles magic[slots];
    double magic_value[slots];
    decltype(simd::no_bits(doubles(0.0))) sums[slots];
    for (std::size_t b = 0; b < Bins; ++b) {
      result.exponents[b] = top - 50 - 51 * static_cast<int>(b);
      magic_value[b] = power_of_two(result.exponents[b] + 52) * 1.5;
      magic[b] = doubles(magic_value[b]);
      sums[b] = simd::no_bits(magic[b]);
    }
    doubles rests[rest_sums];
    for (auto& rest : rests) rest = doubles(nothing<double>);
    const auto deposit = [&](doubles x, std::size_t k) __attribute__((always_inline)) {
#pragma GCC unroll 5
      for (std::size_t b = 0; b < Bins; ++b) {
        const doubles t = simd::add_beside(x, magic[b]);
        sums[b] = simd::add_bits(sums[b], t);
        if (Rest || b + 1 < Bins) x = x - (t - magic[b]);
      }
      if constexpr (Rest) rests[k] = simd::add_beside(x, rests[k]);
    };

    std::size_t i = begin;
    if constexpr (each == 1) {
      for (; i + rest_sums * width <= end; i += rest_sums * width)
#pragma GCC unroll 4
        for (std::size_t k = 0; k < rest_sums; ++k) deposit(source.load(i + k * width), k);
      for (; i + width <= end; i += width) deposit(source.load(i), 0);
      if (i < end) deposit(load_some(source, i, end - i), 0);
    } else {
      for (; i + width <= end; i += width) each_wide(source, i, deposit);
      if (i < end) each_wide_of<Source>(load_some(source, i, end - i), deposit);
    }

    const auto deposits = static_cast<std::uint64_t>((end - begin + width - 1) / width * each);
    for (std::size_t b = 0; b < Bins; ++b) {
      std::int64_t lane[lanes];
      simd::store(sums[b], lane);
      std::uint64_t total = 0;
      for (const std::int64_t bits : lane) total += static_cast<std::uint64_t>(bits);
      // Modulo 2^64; what is left is below 2^63.
      result.units[b] = static_cast<std::int64_t>(
          total - lanes * deposits * __builtin_bit_cast(std::uint64_t, magic_value[b]));
    }
    result.rest = 0;
    if constexpr (Rest) {
      alignas(64) double lane[lanes];
      for (std::size_t k = 1; k < rest_sums; ++k) rests[0] = rests[0] + rests[k];
      rests[0].store_aligned(lane);
      result.rest = lane[0];
      for (std::size_t k = 1; k < lanes; ++k) result.rest += lane[k];
    }
    return result;
  }

 private:
  static constexpr std::size_t rest_sums = each == 1 ? 4 : each;

  [[nodiscard]] static double power_of_two(int exponent) noexcept {
    return __builtin_bit_cast(double, static_cast<std::uint64_t>(exponent + 1023) << 52);
  }
};

}  // namespace permdelta

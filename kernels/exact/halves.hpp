#pragma once

/// Halves add up exactly in fixed point: no flag, no magnitudes, no second try.
///
/// Every finite half is a whole multiple of 2^-24 below 2^16 in magnitude, 40 bits in all, which
/// two numbers of a float's size hold between them. With g = 2^-6 and M = 1.5 * 2^23 g, the sum t =
/// x + M rounds x to a multiple of g, and the bits of t, read as an integer, count how many (the
/// idea of bins.hpp, in 32 bits): integer additions do the carrying. What the rounding dropped, x -
/// (t - M), is a multiple of 2^-24 and at most 2^-7 in magnitude, so floats add 128 of those
/// without rounding. Five operations a vector and one conversion, which is all that the plain sum
/// of halves mostly waits for.
///
/// Infinities and NaN leave a NaN among what was dropped.

#include <cstddef>
#include <cstdint>

#include "kernels/exact/superaccumulator.hpp"
#include "kernels/fold.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// units * 2^-24, unless an element was not finite.
struct fixed_point_sum {
  int128 units;
  bool finite;
};

template <class Arch>
struct halves {
  using simd = native<Arch>;
  using floats = batch<Arch, float>;
  using doubles = typename simd::wide_doubles;
  using source = elements<Arch, fp16>;
  static constexpr int unit_exponent = -24;
  static constexpr std::size_t width = source::width;
  static constexpr std::size_t each = width / doubles::size;
  static constexpr std::size_t registers = 4;
  static constexpr std::size_t block = 120 * registers * width;  ///< register 0 has room for 8

  [[nodiscard]] static fixed_point_sum sum(source x) noexcept {
    fixed_point_sum total{0, true};
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; i += block)
      add_block(x, i, n - i < block ? n : i + block, total);
    return total;
  }

 private:
  static void add_block(source x, std::size_t begin, std::size_t end,
                        fixed_point_sum& total) noexcept {
    const floats magic(1.5F * 0x1p17F);
    decltype(simd::no_bits(magic)) coarse[registers];
    floats fine[registers];
    for (auto& sum : coarse) sum = simd::no_bits(magic);
    for (auto& sum : fine) sum = floats(0.0F);
    const auto deposit = [&](floats v, std::size_t k) __attribute__((always_inline)) {
      const floats t = simd::add_beside(v, magic);
      coarse[k] = simd::add_bits(coarse[k], t);
      fine[k] = simd::add_beside(v - (t - magic), fine[k]);
    };

    std::size_t i = begin;
    for (; i + registers * width <= end; i += registers * width) {
#pragma GCC unroll 4
      for (std::size_t k = 0; k < registers; ++k) deposit(x.load(i + k * width), k);
    }
    for (; i + width <= end; i += width) deposit(x.load(i), 0);
    if (i < end) deposit(load_some(x, i, end - i), 0);

    doubles rests[each];
    for (auto& sum : rests) sum = doubles(0.0);
    for (std::size_t k = 0; k < registers; ++k)
      each_wide_of<source>(
          fine[k], [&](doubles v, std::size_t part)
                       __attribute__((always_inline)) { rests[part] = rests[part] + v; });
    const auto plus = [](doubles v, doubles w) noexcept { return v + w; };
    const double rest =
        simd::first(fold_batch<simd, doubles::size / 2>(fold_batches<each>(rests, plus), plus));

    for (std::size_t k = 1; k < registers; ++k)
      coarse[0] = simd::add_integers(coarse[0], coarse[k]);
    std::int32_t counts[width];
    simd::store(coarse[0], counts);
    const auto deposits = static_cast<std::uint32_t>((end - begin + width - 1) / width);
    // Modulo 2^32; what is left is below 2^31.
    const std::uint32_t offset = deposits * __builtin_bit_cast(std::uint32_t, 1.5F * 0x1p17F);
    std::int64_t units = 0;
    for (const std::int32_t count : counts)
      units += static_cast<std::int32_t>(static_cast<std::uint32_t>(count) - offset);
    if (rest - rest == 0)
      total.units +=
          static_cast<int128>(units) * (1 << 18) + static_cast<std::int64_t>(rest * 0x1p24);
    else
      total.finite = false;
  }
};

}  // namespace permdelta

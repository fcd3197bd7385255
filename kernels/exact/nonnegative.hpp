#pragma once

/// Sums of what is not negative, by Ziv's rounding test.
///
/// Squares spread their exponents twice as wide as what is squared, exponentials even wider, and
/// the inexact flag refuses half of all ordinary blocks. But nothing cancels: an error bound
/// relative to the sum of magnitudes is one relative to the sum. So an approximate sum s with a
/// known bound e is enough mostly: where s - e and s + e round to the same number, that is the
/// correctly rounded sum, whatever the order was. Else, which is rare, the tiers find out.

#include <cstddef>

#include "kernels/exact/bins.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "kernels/fold.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// The sum of floats that are not negative, added as doubles: eight accumulators, of which
/// `chain_of_shrunk` says how many additions made one of their lanes at most, the folds included.
/// 2^128 or more if one of the floats was infinite or NaN.
///
/// A float's bits, shifted into those of a double, are the float again, times 2^-896: the
/// exponent's offsets differ by that. No conversion is as cheap.
template <class Source>
[[nodiscard]] inline double sum_of_shrunk(Source source) noexcept {
  using simd = native<typename Source::arch>;
  using doubles = batch<typename Source::arch, double>;
  constexpr std::size_t width = Source::width;
  constexpr std::size_t batches = 4;
  doubles sums[2 * batches];
  for (auto& sum : sums) sum = doubles(0.0);
  const auto add = [&](batch_of<Source> v, std::size_t k) __attribute__((always_inline)) {
    sums[k] = sums[k] + simd::template shrunk<0>(v);
    sums[k + batches] = simd::add_beside(simd::template shrunk<1>(v), sums[k + batches]);
  };

  const std::size_t n = source.size();
  std::size_t i = 0;
  for (; i + batches * width <= n; i += batches * width)
#pragma GCC unroll 4
    for (std::size_t k = 0; k < batches; ++k) add(source.load(i + k * width), k);
  for (; i + width <= n; i += width) add(source.load(i), 0);
  if (i < n) add(load_some(source, i, n - i) + batch_of<Source>(0), 0);  // the padding is -0

  const auto plus = [](doubles v, doubles w) noexcept { return v + w; };
  const doubles sum =
      fold_batch<simd, doubles::size / 2>(fold_batches<2 * batches>(sums, plus), plus);
  return simd::first(sum) * 0x1p896;
}

template <class Source>
[[nodiscard]] inline std::size_t chain_of_shrunk(Source source) noexcept {
  return source.size() / (4 * Source::width) + 16;
}

/// Whether plain doubles were enough to be certain of a sum of floats that are not negative. k
/// additions in a chain make a relative error below k 2^-53 and a little (bound.hpp); twice that
/// covers the little, and the rounding of the bounds themselves.
template <class Source>
[[nodiscard]] inline bool certain_sum(Source numbers, float& result) noexcept {
  if (numbers.size() == 0) return false;
  const double sum = sum_of_shrunk(numbers);
  const double bound = sum * (static_cast<double>(chain_of_shrunk(numbers)) * 0x1p-52);
  const auto below = static_cast<float>(sum - bound);
  const auto above = static_cast<float>(sum + bound);
  if (below != above || sum >= 0x1p128) return false;
  result = below;
  return true;
}

/// The largest of the squares: (x - mean)^2 is largest at an end of the range of x, each step of it
/// being monotone. NaN if one is.
template <class Arch>
[[nodiscard]] inline double upper_bound(
    transformed<elements<Arch, double>, squared_deviation<Arch, double>> squares) noexcept {
  using vector = batch<Arch, double>;
  constexpr std::size_t width = vector::size;
  const auto x = squares.source;
  const std::size_t n = x.size();
  const double start = x.at(0);
  vector least(start);
  vector most(start);
  auto is_number = least == least;
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    const vector v = x.load(i);
    is_number = is_number & (v == v);  // some versions of != say no of a NaN
    least = xsimd::min(least, v);
    most = xsimd::max(most, v);
  }
  double low = start;
  double high = start;
  alignas(64) double lane[2 * width];
  least.store_aligned(lane);
  most.store_aligned(lane + width);
  for (const double value : lane) {
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  if (!xsimd::all(is_number)) return __builtin_nan("");
  for (; i < n; ++i) {
    const double value = x.at(i);
    if (value != value) return value;
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  const double at_low = squares.function(low);
  const double at_high = squares.function(high);
  return at_low > at_high ? at_low : at_high;
}

/// No e^(x - largest) is larger than 1; but all are NaN where `largest` is no number.
template <class Arch, template <class, class> class Exponential>
[[nodiscard]] inline double upper_bound(
    transformed<elements<Arch, double>, Exponential<Arch, double>> exponentials) noexcept {
  const double largest = exponentials.function.largest;
  return largest - largest + 1;
}

/// Whether two bins were enough to be certain of a sum of doubles: what they drop is at most half a
/// unit of the second an element. Where one is NaN, so is the upper bound. The sum of the
/// first bin's units is below n 2^50, and 2^51 times that has to fit: beyond 2^25 elements the
/// tiers have the sum.
template <class Source>
[[nodiscard]] inline bool certain_sum(Source numbers, double& result) noexcept {
  using tier = bins<Source>;
  const std::size_t n = numbers.size();
  if (n == 0 || n > std::size_t{1} << 25) return false;
  const int top = tier::exponent_of(upper_bound(numbers)) + 1;
  if (!tier::in_range(top, 2)) return false;
  int128 units = 0;
  int exponent = 0;
  for (std::size_t i = 0; i < n; i += bin_capacity) {
    const auto part =
        tier::template sum<2, false>(numbers, i, n - i < bin_capacity ? n : i + bin_capacity, top);
    units += part.units[0] * (static_cast<int128>(1) << 51) + part.units[1];
    exponent = part.exponents[1];
  }
  return round_if_certain(units, static_cast<int128>(n) / 2 + 1, exponent, result);
}

}  // namespace permdelta

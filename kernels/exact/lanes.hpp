#pragma once

/// The first tier: lanes of doubles whose additions are watched by the inexact flag.
///
/// A float widened to double has 29 bits of room: sums of thousands of floats of like exponents are
/// exact. A double has none, so it is cut by a bit mask: the upper 26 bits of its significand, and
/// the rest, which the subtraction gives exactly; both have room, in lanes of their own.

#include <cstddef>
#include <cstdint>

#include "kernels/fold.hpp"
#include "kernels/source.hpp"

namespace permdelta {

template <class Source, class C = typename Source::compute>
struct watched_lanes;

/// One number out of `Count` accumulators, pinned before the flag can be read.
template <class Simd, std::size_t Count, class Doubles>
[[nodiscard, gnu::always_inline]] inline double fold_watched(Doubles* sums) noexcept {
  const auto plus = [](Doubles v, Doubles w) noexcept { return v + w; };
  Doubles sum = fold_batch<Simd, Doubles::size / 2>(fold_batches<Count>(sums, plus), plus);
  Simd::pin(sum);
  return Simd::first(sum);
}

/// Whether the parts of a total are finite: infinities and NaN do not go unseen. User is the lanes'
/// type, which keeps instruction sets apart.
template <class User>
[[nodiscard]] inline bool all_finite(const double* parts) noexcept {
  double probe = 0;
  for (std::size_t k = 0; k < User::parts; ++k) probe += parts[k] - parts[k];
  return probe == 0;
}

/// Floats: eight accumulators of doubles.
template <class Source>
struct watched_lanes<Source, float> {
  using arch = typename Source::arch;
  using simd = native<arch>;
  using doubles = typename simd::wide_doubles;
  static constexpr std::size_t count = 8;
  static constexpr std::size_t width = Source::width;
  static constexpr std::size_t each = width / doubles::size;  ///< accumulators that a batch fills
  static constexpr std::size_t parts = 1;                     ///< doubles whose sum is the total

  doubles sums[count];

  void clear() noexcept {
#pragma GCC unroll 8
    for (auto& sum : sums) sum = doubles(nothing<double>);
  }

  [[gnu::always_inline]] void add(Source source, std::size_t begin, std::size_t end) noexcept {
    watched_lanes own = *this;  // in registers: nothing in memory could change them
    own.pin();
    std::size_t i = begin;
    for (; i + count / each * width <= end; i += count / each * width)
#pragma GCC unroll 4
      for (std::size_t k = 0; k < count / each; ++k) each_wide(source, i + k * width, own.into(k));
    for (; i + width <= end; i += width) each_wide(source, i, own.into(0));
    if (i < end) each_wide_of<Source>(load_some(source, i, end - i), own.into(0));
    own.pin();
    *this = own;
  }

  /// The sum of all lanes, if the flag stays low. The lanes are spent.
  void total(double* result) noexcept {
    pin();
    result[0] = fold_watched<simd, count>(sums);
  }

  template <class Use>
  void each_lane(Use use) const noexcept {
    for (const auto& sum : sums) {
      alignas(64) double lane[doubles::size];
      sum.store_aligned(lane);
      for (const double value : lane) use(value);
    }
  }

 private:
  // Adds the doubles of the batch k of a step.
  [[nodiscard, gnu::always_inline]] auto into(std::size_t k) noexcept {
    return [ this, k ](doubles x, std::size_t part) __attribute__((always_inline)) {
      sums[k * each + part] = simd::add_beside(x, sums[k * each + part]);
    };
  }

  [[gnu::always_inline]] void pin() noexcept {
#pragma GCC unroll 8
    for (auto& sum : sums) simd::pin(sum);
  }
};

/// Doubles: four accumulators for the upper parts, four for the lower ones.
template <class Source>
struct watched_lanes<Source, double> {
  using arch = typename Source::arch;
  using simd = native<arch>;
  using doubles = batch<arch, double>;
  static constexpr std::size_t count = 4;
  static constexpr std::size_t width = Source::width;
  static constexpr std::size_t parts = 2;

  doubles upper[count];
  doubles lower[count];

  void clear() noexcept {
#pragma GCC unroll 4
    for (std::size_t k = 0; k < count; ++k) upper[k] = lower[k] = doubles(nothing<double>);
  }

  [[gnu::always_inline]] void add(Source source, std::size_t begin, std::size_t end) noexcept {
    watched_lanes own = *this;
    own.pin();
    std::size_t i = begin;
    for (; i + count * width <= end; i += count * width)
#pragma GCC unroll 4
      for (std::size_t k = 0; k < count; ++k) own.add_batch(source.load(i + k * width), k);
    for (; i + width <= end; i += width) own.add_batch(source.load(i), 0);
    if (i < end) own.add_batch(load_some(source, i, end - i), 0);
    own.pin();
    *this = own;
  }

  void total(double* result) noexcept {
    pin();
    result[0] = fold_watched<simd, count>(upper);
    result[1] = fold_watched<simd, count>(lower);
  }

  template <class Use>
  void each_lane(Use use) const noexcept {
    for (std::size_t k = 0; k < count; ++k) {
      alignas(64) double lane[2 * doubles::size];
      upper[k].store_aligned(lane);
      lower[k].store_aligned(lane + doubles::size);
      for (const double value : lane) use(value);
    }
  }

 private:
  [[gnu::always_inline]] void add_batch(doubles x, std::size_t k) noexcept {
    constexpr double upper_bits = __builtin_bit_cast(double, ~((std::uint64_t{1} << 27) - 1));
    const doubles high = x & doubles(upper_bits);
    upper[k] = simd::add_beside(high, upper[k]);
    lower[k] = k % 2 == 0 ? simd::add_beside(x - high, lower[k]) : lower[k] + (x - high);
  }

  [[gnu::always_inline]] void pin() noexcept {
#pragma GCC unroll 4
    for (std::size_t k = 0; k < count; ++k) {
      simd::pin(upper[k]);
      simd::pin(lower[k]);
    }
  }
};

}  // namespace permdelta

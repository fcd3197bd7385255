#pragma once

/// `exact`: the correctly rounded sum, whatever the order.
///
/// If every path returns the correctly rounded value of the exact sum, the result depends on the
/// multiset of the inputs alone: lanes, instruction set, threads, blocks and the path taken stop
/// mattering. It is cheap because exactness mostly comes for free and can be certified:
///
///   1. lanes of doubles, watched by the inexact flag (flag.hpp, lanes.hpp): an addition and a
///      widening a vector. A block that leaves the flag low has been added exactly;
///   2. a block that raises it is taken back (the lanes are as they were before it) and goes
///      through integer bins (bins.hpp);
///   3. a block whose exponents are too far apart for those goes into the superaccumulator
///      (superaccumulator.hpp), one by one.
///
/// What the tiers return is exact and meets in the superaccumulator, never in a plain double; or,
/// where no block was refused and the fold of the lanes leaves the flag low too, in the one double
/// that the lanes fold to. Then comes the only rounding. Data on which the first tier keeps failing
/// does not go on paying for it: after a few refusals in a row it is left out for a while.
///
/// Sums of squares are made of numbers whose exponents spread twice as wide, and the flag refuses
/// half of all blocks. They go straight into one bin (double: two) laid out for the largest square.
/// What that drops is at most half a unit an element, and if the sum rounds to the same number with
/// that added and taken away, it is certain (Ziv's test). Else: the tiers above.

#include <cstddef>

#include "kernels/exact/bins.hpp"
#include "kernels/exact/flag.hpp"
#include "kernels/exact/lanes.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "kernels/source.hpp"

namespace permdelta {

struct exact {
  static constexpr permdelta::method method = permdelta::method::exact;

  template <class Arch, class C>
  static constexpr int lanes = 1;

  /// Half a unit in the last place of the sum, at most u sum|x|.
  static double error_bound(std::size_t n, int /*lanes*/, double u) noexcept {
    return n < 2 ? 0.0 : u;
  }

  /// The caller's floating-point flags are its own again when the kernel returns.
  template <class Arch>
  using scope = kept_float_status<Arch>;

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source) noexcept {
    return rounded_sum<typename Source::compute>(source);
  }

  /// The exact sum rounded once to T: to half without a stop at float.
  template <element T, class Source>
  [[nodiscard]] static T rounded_sum(Source source) noexcept {
    if (const std::size_t n = source.size(); n <= block && inexact_flag_works) {
      using status = float_status<typename Source::arch>;
      watched_lanes<Source> lanes;
      lanes.clear();
      status::lower();
      lanes.add(source, 0, n);
      double parts[watched_lanes<Source>::parts];
      lanes.total(parts);
      if (n > 0 && !status::raised() && run<Source>::is_finite(parts)) [[likely]]
        return run<Source>::template round_parts<T>(parts);
    }
    return in_tiers<T>(source);
  }

  template <class Arch, element T>
  [[nodiscard]] static compute_t<T> sum(
      transformed<elements<Arch, T>, squared_deviation<Arch, compute_t<T>>> squares) noexcept {
    compute_t<T> result;
    if (sum_of_squares(squares, result)) return result;
    return rounded_sum<compute_t<T>>(squares);
  }

 private:
  static constexpr std::size_t block = 4096;

  template <element T, class Source>
  [[nodiscard, gnu::noinline]] static T in_tiers(Source source) noexcept {
    return run<Source>(source).template result<T>();
  }

  // A sum on its way.
  template <class Source>
  class run {
    using arch = typename Source::arch;
    using C = typename Source::compute;
    using status = float_status<arch>;

   public:
    explicit run(Source source) noexcept : source_(source), trusted_(inexact_flag_works) {
      lanes_.clear();
      status::lower();
      const std::size_t n = source.size();
      for (std::size_t i = 0; i < n; i += block) add(i, n - i < block ? n : i + block);
    }

    template <element T>
    [[nodiscard]] T result() noexcept {
      if (source_.size() == 0) return from_double_here<T>(0.0);
      double parts[watched_lanes<Source>::parts];
      if (trusted_ && !spilled_) {
        const auto unfolded = lanes_;
        lanes_.total(parts);
        if (!status::raised() && is_finite(parts)) return round_parts<T>(parts);
        lanes_ = unfolded;
      }
      spill();
      if ((sum_.present & superaccumulator<C>::not_finite) != 0) {
        // Which of them there were, the lanes no longer know: infinity less infinity is in a cut
        // double.
        sum_ = {};
        for (std::size_t i = 0; i < source_.size(); ++i)
          permdelta::add(sum_, static_cast<double>(source_.at(i)));
      }
      return round_to<T>(sum_);
    }

    [[nodiscard]] static bool is_finite(const double* parts) noexcept {
      double probe = 0;
      for (std::size_t k = 0; k < watched_lanes<Source>::parts; ++k) probe += parts[k] - parts[k];
      return probe == 0;
    }

    template <element T>
    [[nodiscard]] static T round_parts(const double* parts) noexcept {
      if constexpr (std::is_same_v<T, double>) {
        // A lower part of zero has no say in the sign of a zero sum.
        return parts[1] == 0 ? parts[0] : parts[0] + parts[1];
      } else {
        return from_double_here<T>(parts[0]);
      }
    }

   private:
    void add(std::size_t begin, std::size_t end) noexcept {
      if (trusted_ && pause_ == 0) {
        const auto before = lanes_;
        lanes_.add(source_, begin, end);
        if (!status::raised()) [[likely]] {
          in_a_row_ = 0;
          empty_ = false;
          return;
        }
        lanes_ = before;
        if (++in_a_row_ >= 2) pause_ = 16;
      } else if (pause_ > 0) {
        --pause_;
      }
      spill();
      add_by_bins(begin, end);
      if (trusted_ && pause_ == 0) status::lower();
    }

    // Moves what is in the lanes to the superaccumulator.
    void spill() noexcept {
      if (!spilled_) {
        sum_ = {};
        spilled_ = true;
      }
      if (empty_) return;
      lanes_.each_lane([this](double lane) noexcept { permdelta::add(sum_, lane); });
      lanes_.clear();
      empty_ = true;
    }

    void add_by_bins(std::size_t begin, std::size_t end) noexcept {
      using tier = bins<Source>;
      constexpr std::size_t count = sizeof(C) == sizeof(double) ? 3 : 2;
      const int exponent =
          exponent_of<arch>(static_cast<double>(tier::largest(source_, begin, end)));
      if (tier::in_range(exponent)) {
        const auto total = tier::template sum<count, true>(source_, begin, end, exponent);
        if (total.complete) {
          for (std::size_t b = 0; b < count; ++b)
            add_scaled(sum_, total.units[b], total.exponents[b]);
          return;
        }
      }
      for (std::size_t i = begin; i < end; ++i)
        permdelta::add(sum_, static_cast<double>(source_.at(i)));
    }

    template <element T>
    [[nodiscard]] static T from_double_here(double value) noexcept {
      if constexpr (std::is_same_v<T, fp16>)
        return from_double<fp16>(value);
      else
        return static_cast<T>(value);
    }

    watched_lanes<Source> lanes_;
    Source source_;
    superaccumulator<C> sum_;  // nothing but bytes until `spilled_`
    int in_a_row_ = 0;
    int pause_ = 0;
    bool trusted_;
    bool spilled_ = false;
    bool empty_ = true;  // the lanes
  };

  // Whether one bin (double: two) was enough to be certain of the sum.
  template <class Source>
  [[nodiscard]] static bool sum_of_squares(Source squares,
                                           typename Source::compute& result) noexcept {
    using C = typename Source::compute;
    using tier = bins<Source>;
    constexpr std::size_t count = sizeof(C) == sizeof(double) ? 2 : 1;
    const std::size_t n = squares.size();
    if (n == 0) return false;
    const int exponent =
        exponent_of<typename Source::arch>(static_cast<double>(largest_square(squares)));
    if (!tier::in_range(exponent)) return false;
    int128 units = 0;
    int unit_exponent = 0;
    for (std::size_t i = 0; i < n; i += tier::capacity) {
      const auto part = tier::template sum<count, false>(
          squares, i, n - i < tier::capacity ? n : i + tier::capacity, exponent);
      for (std::size_t b = 0; b < count; ++b)
        units += part.units[b] * (static_cast<int128>(1) << (51 * (count - 1 - b)));
      unit_exponent = part.exponents[count - 1];
    }
    return round_if_certain(units, static_cast<int128>(n) / 2 + 1, unit_exponent, result);
  }

  // (x - mean)^2 is largest at an end of the range of x, each step of it being monotone.
  template <class Arch, element T>
  [[nodiscard]] static compute_t<T> largest_square(
      transformed<elements<Arch, T>, squared_deviation<Arch, compute_t<T>>> squares) noexcept {
    using C = compute_t<T>;
    using vector = batch<Arch, C>;
    constexpr std::size_t width = vector::size;
    const auto x = squares.source;
    const std::size_t n = x.size();
    const C start = x.at(0);
    vector least(start);
    vector most(start);
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
      const vector v = x.load(i);
      least = xsimd::min(least, v);
      most = xsimd::max(most, v);
    }
    C low = start;
    C high = start;
    alignas(64) C lane[2 * width];
    least.store_aligned(lane);
    most.store_aligned(lane + width);
    for (const C value : lane) {
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    for (; i < n; ++i) {
      const C value = x.at(i);
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    const C at_low = squares.function(low);
    const C at_high = squares.function(high);
    return at_low > at_high ? at_low : at_high;
  }
};

}  // namespace permdelta

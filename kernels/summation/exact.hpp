#pragma once

/// `exact`: the correctly rounded sum, whatever the order.
///
/// If every path returns the correctly rounded value of the exact sum, the result depends on the
/// multiset of the inputs alone: lanes, instruction set, threads, blocks and the path taken stop
/// mattering. It is cheap because exactness mostly comes for free and can be certified:
///
///   - doubles hold the sum of thousands of floats without rounding, two of them that of doubles,
///     and the processor's inexact flag tells whether they did (flag.hpp, lanes.hpp);
///   - blocks that fail that test go through integer bins, or a superaccumulator (tiers.hpp);
///   - halves always add up exactly in fixed point (halves.hpp);
///   - sums of squares and of exponentials can't cancel, and an error bound decides
///     (nonnegative.hpp).
///
/// There is one rounding, in the end.

#include <cassert>
#include <cstddef>

#include "kernels/exact/flag.hpp"
#include "kernels/exact/halves.hpp"
#include "kernels/exact/lanes.hpp"
#include "kernels/exact/nonnegative.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "kernels/exact/tiers.hpp"
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

  template <class Arch>
  class call;
};

/// The method during one call of a kernel: it watches the flag, gives it back in the end, and
/// counts the blocks. Expects rounding to nearest and no flushing, which debug builds check.
template <class Arch>
class exact::call {
 public:
  call() noexcept {
    assert(float_status<Arch>::as_expected() &&
           "`exact` expects rounding to nearest, subnormals not flushed");
  }

  [[nodiscard]] tier_counts counts() const noexcept { return counts_; }

  template <class Source>
  [[nodiscard]] typename Source::compute sum(Source source) noexcept {
    return rounded_sum<typename Source::compute>(source);
  }

  template <class Numbers, class Function>
  requires Function::nonnegative [[nodiscard]] typename Numbers::compute sum(
      transformed<Numbers, Function> numbers) noexcept {
    using C = typename Numbers::compute;
    watch_.look_away();
    if (C result; certain_sum(numbers, result)) {
      counts_.blocks += blocks(numbers);
      return result;
    }
    return in_tiers<C>(numbers, false);
  }

  /// Several rows under one look at the flag.
  template <class Row, class C>
  void sums(std::size_t count, Row row, C* result) noexcept {
    using Source = decltype(row(0));
    using lanes = watched_lanes<Source>;
    const std::size_t n = row(0).size();
    if constexpr (Source::exact && !std::is_same_v<decltype(row(0)), elements<Arch, fp16>>) {
      if (pause_ > 0) {
        --pause_;
      } else if (count > 1 && n != 0 && n <= tiers<Source>::block && inexact_flag_works) {
        double parts[most_rows][lanes::parts];
        bool finite = true;
        watch_.lower();
        for (std::size_t r = 0; r < count; ++r) {
          in_lanes(row(r), parts[r]);
          finite &= all_finite<lanes>(parts[r]);
        }
        if (!watch_.raised() && finite) {
          watch_.look_away();
          counts_.blocks += count;
          for (std::size_t r = 0; r < count; ++r)
            result[r] = with_sign(round_parts<C, lanes>(parts[r]), row(r));
          return;
        }
        pause_ = 16;  // one refusing row is paid for by all of them
      }
    }
    for (std::size_t r = 0; r < count; ++r) result[r] = sum(row(r));
  }

  /// The exact sum rounded once to T: to half without a stop at float.
  template <element T, class Source>
  [[nodiscard]] T rounded_sum(Source source) noexcept {
    using lanes = watched_lanes<Source>;
    const std::size_t n = source.size();
    const bool try_lanes = n != 0 && n <= tiers<Source>::block && inexact_flag_works;
    if (try_lanes) {
      watch_.lower();
      double parts[lanes::parts];
      in_lanes(source, parts);
      if (!watch_.raised() && all_finite<lanes>(parts)) [[likely]] {
        watch_.look_away();
        ++counts_.blocks;
        return with_sign(round_parts<T, lanes>(parts), source);
      }
    }
    return in_tiers<T>(source, try_lanes);
  }

  template <element T>
  [[nodiscard]] T rounded_sum(elements<Arch, fp16> source) noexcept {
    watch_.look_away();
    const fixed_point_sum sum = halves<Arch>::sum(source);
    if (!sum.finite || sum.units == 0) [[unlikely]]
      return special_sum<T>(source);
    counts_.blocks += blocks(source);
    if (-one_double < sum.units && sum.units < one_double) [[likely]]
      return round_here<T>(static_cast<double>(static_cast<std::int64_t>(sum.units)) * 0x1p-24);
    superaccumulator<float> exactly{};
    add_scaled(exactly, sum.units, halves<Arch>::unit_exponent);
    return round_to<T>(exactly);
  }

  /// The exact sum, added to another.
  template <class Source>
  void accumulate(Source source, superaccumulator<typename Source::compute>& sum) noexcept {
    tiers<Source> run(source, watch_, counts_);
    superaccumulator<typename Source::compute> part = run.accumulated();
    watch_.look_away();
    if ((part.present & not_finite) == 0 && is_zero(part)) part.present = kinds_of_zero(source);
    merge(sum, part);
  }

  void accumulate(elements<Arch, fp16> source, superaccumulator<float>& sum) noexcept {
    const fixed_point_sum total = halves<Arch>::sum(source);
    const std::size_t n = source.size();
    if (n == 0) return;
    if (!total.finite) {
      for (std::size_t i = 0; i < n; ++i) permdelta::add(sum, static_cast<double>(source.at(i)));
    } else if (total.units != 0) {
      add_scaled(sum, total.units, halves<Arch>::unit_exponent);
    } else {
      sum.present |= kinds_of_zero(source);
    }
    watch_.look_away();
    counts_.blocks += blocks(source);
    if (!total.finite) counts_.refused += blocks(source);
  }

 private:
  // The sum in the lanes, which is exact if the flag stays low.
  template <class Source>
  [[gnu::always_inline]] static void in_lanes(Source source, double* parts) noexcept {
    watched_lanes<Source> all;
    all.clear();
    all.add(source, 0, source.size());
    all.total(parts);
  }

  static constexpr int128 one_double = static_cast<int128>(1) << 53;

  // What a sum of zero was made of, which lanes and bins do not know: they cancel too.
  template <class Source>
  [[nodiscard]] static std::uint64_t kinds_of_zero(Source source) noexcept {
    std::uint64_t present = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
      const auto x = source.at(i);
      if (x != 0) return nonzero;
      present |= __builtin_signbit(x) ? negative_zero : positive_zero;
    }
    return present;
  }

  template <class Source>
  [[nodiscard]] static std::size_t blocks(Source source) noexcept {
    constexpr std::size_t block = tiers<Source>::block;
    return (source.size() + block - 1) / block;
  }

  template <element T, class Source>
  [[nodiscard, gnu::noinline]] T in_tiers(Source source, bool refuse_first) noexcept {
    using lanes = watched_lanes<Source>;
    tiers<Source> run(source, watch_, counts_, refuse_first);
    double parts[lanes::parts];
    const bool folded = run.total(parts);
    watch_.look_away();
    return with_sign(folded ? round_parts<T, lanes>(parts) : round_to<T>(run.accumulated()),
                     source);
  }

  // A zero sum is +0, unless every term is -0. The lanes begin with -0 and would keep it, but for
  // emulators: Valgrind 3.19 has fma(-0, 1, -0) = +0.
  template <element T, class Source>
  [[nodiscard]] static T with_sign(T sum, Source source) noexcept {
    if (!is_zero_element(sum) || source.size() == 0) [[likely]]
      return sum;
    for (std::size_t i = 0; i < source.size(); ++i)
      if (const auto x = source.at(i); x != 0 || !__builtin_signbit(x)) return T{};
    return round_here<T>(-0.0);
  }

  template <element T>
  [[nodiscard]] static bool is_zero_element(T x) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return x == 0;
    else
      return (x.bits & 0x7FFF) == 0;
  }

  // Infinities and NaN, and the sign of a zero.
  template <element T>
  [[nodiscard, gnu::noinline]] T special_sum(elements<Arch, fp16> source) noexcept {
    superaccumulator<float> sum{};
    accumulate(source, sum);
    return round_to<T>(sum);
  }

  template <element T, class Lanes>
  [[nodiscard]] static T round_parts(const double* parts) noexcept {
    if constexpr (Lanes::parts == 2)
      // A lower part of zero has no say in the sign of a zero sum.
      return parts[1] == 0 ? parts[0] : parts[0] + parts[1];
    else
      return round_here<T>(parts[0]);
  }

  template <element T>
  [[nodiscard]] static T round_here(double value) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(value);
    else
      return from_double<T>(value);
  }

  inexact_watch<Arch> watch_;
  tier_counts counts_{};
  int pause_ = 0;  // groups of rows that are not looked at together
};

}  // namespace permdelta

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

#include <cstddef>

#include "kernels/exact/exact_call.hpp"
#include "kernels/exact/flag.hpp"
#include "kernels/exact/halves.hpp"
#include "kernels/exact/lanes.hpp"
#include "kernels/exact/nonnegative.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "kernels/exact/tiers.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// Expects rounding to nearest and no flushing. A call of a kernel makes several sums; what it has
/// to remember between them is an exact_call.
struct exact {
  static constexpr permdelta::method method = permdelta::method::exact;

  template <class Arch, class C>
  static constexpr int lanes = 1;

  /// Half a unit in the last place of the sum, at most u sum|x|.
  static double error_bound(std::size_t n, int /*lanes*/, double u) noexcept {
    return n < 2 ? 0.0 : u;
  }

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source, exact_call& call) noexcept {
    return rounded_sum<typename Source::compute>(source, call);
  }

  template <class Numbers, class Function>
  requires Function::nonnegative [[nodiscard]] static typename Numbers::compute sum(
      transformed<Numbers, Function> numbers, exact_call& call) noexcept {
    using C = typename Numbers::compute;
    inexact_watch<typename Numbers::arch>(call.status).forget();
    if (C result; certain_sum(numbers, result)) {
      call.counts.blocks += blocks_of(numbers.size());
      return result;
    }
    return uncertain_sum(numbers, call);
  }

  /// Several rows of elements that are no halves, at most max_rows, under one look at the flag.
  template <class Row, class C>
  static void sums(std::size_t count, Row row, C* result, exact_call& call) noexcept {
    using Source = decltype(row(0));
    using lanes = watched_lanes<Source>;
    const std::size_t n = row(0).size();
    if (call.pause > 0) {
      --call.pause;
    } else if (count > 1 && n != 0 && n <= block_size && inexact_flag_works) {
      inexact_watch<typename Source::arch> watch(call.status);
      double parts[max_rows][lanes::parts];
      bool finite = true;
      watch.lower();
      for (std::size_t r = 0; r < count; ++r) {
        in_lanes(row(r), parts[r]);
        finite &= all_finite<lanes>(parts[r]);
      }
      if (!watch.raised() && finite) {
        watch.forget();
        call.counts.blocks += count;
        for (std::size_t r = 0; r < count; ++r)
          result[r] = with_sign(round_parts<C, lanes>(parts[r]), row(r));
        return;
      }
      call.pause = 16;  // one refusing row is paid for by all of them
    }
    for (std::size_t r = 0; r < count; ++r) result[r] = sum(row(r), call);
  }

  /// The exact sum rounded once to T: to half without a stop at float.
  template <element T, class Source>
  [[nodiscard]] static T rounded_sum(Source source, exact_call& call) noexcept {
    using lanes = watched_lanes<Source>;
    const std::size_t n = source.size();
    const bool try_lanes = n != 0 && n <= block_size && inexact_flag_works;
    if (try_lanes) {
      inexact_watch<typename Source::arch> watch(call.status);
      watch.lower();
      double parts[lanes::parts];
      in_lanes(source, parts);
      if (!watch.raised() && all_finite<lanes>(parts)) [[likely]] {
        watch.forget();
        ++call.counts.blocks;
        return with_sign(round_parts<T, lanes>(parts), source);
      }
    }
    return in_tiers<T>(source, call, try_lanes);
  }

  template <element T, class Arch>
  [[nodiscard]] static T rounded_sum(elements<Arch, fp16> source, exact_call& call) noexcept {
    inexact_watch<Arch>(call.status).forget();
    const fixed_point_sum sum = halves<Arch>::sum(source);
    if (!sum.finite || sum.units == 0) [[unlikely]]
      return special_sum<T>(source, call);
    call.counts.blocks += blocks_of(source.size());
    if (-one_double < sum.units && sum.units < one_double) [[likely]]
      return round_here<T>(static_cast<double>(static_cast<std::int64_t>(sum.units)) * 0x1p-24);
    superaccumulator<float> exactly{};
    add_scaled(exactly, sum.units, halves<Arch>::unit_exponent);
    return round_to<T>(exactly);
  }

  /// The exact sum, added to another.
  template <class Source>
  requires Source::exact static void accumulate(Source source,
                                                superaccumulator<typename Source::compute>& sum,
                                                exact_call& call) noexcept {
    inexact_watch<typename Source::arch> watch(call.status);
    tiers<Source> run(source, watch, call.counts);
    superaccumulator<typename Source::compute> part = run.accumulated();
    watch.forget();
    merge_part(part, source, sum);
  }

  template <class Numbers, class Function>
  static void accumulate(transformed<Numbers, Function> numbers,
                         superaccumulator<typename Numbers::compute>& sum,
                         exact_call& call) noexcept {
    superaccumulator<typename Numbers::compute> part{};
    add_nonnegative(numbers, part, call);
    merge_part(part, numbers, sum);
  }

  template <class Arch>
  static void accumulate(elements<Arch, fp16> source, superaccumulator<float>& sum,
                         exact_call& call) noexcept {
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
    inexact_watch<Arch>(call.status).forget();
    call.counts.blocks += blocks_of(n);
    if (!total.finite) call.counts.refused += blocks_of(n);
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

  // What is not negative and was not certain. The flag would refuse half of all ordinary blocks, so
  // that the first tier is left out.
  template <class Source>
  static void add_nonnegative(Source source, superaccumulator<typename Source::compute>& sum,
                              exact_call& call) noexcept {
    inexact_watch<typename Source::arch>(call.status).forget();
    call.counts.blocks += blocks_of(source.size());
    call.counts.refused += blocks_of(source.size());
    add_in_bins(source, 0, source.size(), sum);
  }

  template <class Source>
  [[nodiscard, gnu::noinline]] static typename Source::compute uncertain_sum(
      Source source, exact_call& call) noexcept {
    superaccumulator<typename Source::compute> sum{};
    add_nonnegative(source, sum, call);
    return with_sign(round_to<typename Source::compute>(sum), source);
  }

  template <class Source, class C>
  static void merge_part(superaccumulator<C>& part, Source source,
                         superaccumulator<C>& sum) noexcept {
    if ((part.present & not_finite) == 0 && is_zero(part)) part.present = kinds_of_zero(source);
    merge(sum, part);
  }

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

  template <element T, class Source>
  [[nodiscard, gnu::noinline]] static T in_tiers(Source source, exact_call& call,
                                                 bool refuse_first) noexcept {
    using lanes = watched_lanes<Source>;
    inexact_watch<typename Source::arch> watch(call.status);
    tiers<Source> run(source, watch, call.counts, refuse_first);
    double parts[lanes::parts];
    const bool folded = run.total(parts);
    watch.forget();
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

  // Inlined: their types do not keep instruction sets apart.
  template <element T>
  [[nodiscard, gnu::always_inline]] static bool is_zero_element(T x) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return x == 0;
    else
      return (x.bits & 0x7FFF) == 0;
  }

  // Infinities and NaN, and the sign of a zero.
  template <element T, class Arch>
  [[nodiscard, gnu::noinline]] static T special_sum(elements<Arch, fp16> source,
                                                    exact_call& call) noexcept {
    superaccumulator<float> sum{};
    accumulate(source, sum, call);
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
  [[nodiscard, gnu::always_inline]] static T round_here(double value) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(value);
    else
      return from_double<T>(value);
  }
};

}  // namespace permdelta

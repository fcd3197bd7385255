#pragma once

/// `lane_split`: the plain SIMD sum, as compilers and libraries write it.
///
/// L = 8 W accumulators, W being the lanes of a register: element i goes to accumulator i mod L,
/// and the accumulators are folded by halves in the end. Eight registers keep eight additions in
/// flight, which hides an addition's latency and leaves the loads as the limit. L follows the
/// instruction set, so the result does too: the everyday source of the differences this project
/// measures.

#include <cstddef>

#include "kernels/fold.hpp"
#include "kernels/source.hpp"
#include "kernels/summation/bound.hpp"

namespace permdelta {

struct lane_split {
  static constexpr permdelta::method method = permdelta::method::lane_split;
  static constexpr std::size_t registers = 8;

  template <class Arch, class C>
  static constexpr int lanes = registers* static_cast<int>(batch<Arch, C>::size);

  /// The elements of a lane one after the other, then the folds.
  static double error_bound(std::size_t n, int lanes, double u) noexcept {
    const auto l = static_cast<std::size_t>(lanes);
    const std::size_t chain = (n + l - 1) / l;
    int folds = 0;
    for (std::size_t width = l; width > 1; width /= 2) ++folds;
    return chain_bound(n, static_cast<double>(chain - 1) + folds, u);
  }

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source) noexcept {
    using C = typename Source::compute;
    using accumulator = lane_sum<Source>;
    constexpr std::size_t width = Source::width;
    const std::size_t n = source.size();
    if (n == 0) return C{0};

    accumulator sums[registers];
    for (auto& s : sums) s.value = batch_of<Source>(nothing<C>);
    const std::size_t i =
        is_far(n, Source::line) ? accumulate<true>(source, sums) : accumulate<false>(source, sums);

    if (i < n) {
      const std::size_t whole = (n - i) / width;
      const std::size_t rest = (n - i) % width;
      const auto some = load_some(source, n - rest, rest);
#pragma GCC unroll 8
      for (std::size_t k = 0; k < registers; ++k) {
        if (k < whole) sums[k].value += source.load(i + k * width);
        if (k == whole) sums[k].value += some;
      }
    }

    const auto add = [](accumulator a, accumulator b) noexcept {
      return accumulator{a.value + b.value};
    };
    const accumulator total = fold_lanes<width / 2>(fold_batches<registers>(sums, add), add);
    return native<typename Source::arch>::first(total.value);
  }

 private:
  template <class Source>
  struct lane_sum {
    batch_of<Source> value;

    template <std::size_t H>
    [[nodiscard]] lane_sum upper() const noexcept {
      return {native<typename Source::arch>::template upper<H>(value)};
    }
  };

  // All whole steps; returns where they end.
  template <bool Far, class Source>
  [[nodiscard, gnu::always_inline]] static std::size_t accumulate(Source source,
                                                                  lane_sum<Source>* sums) noexcept {
    constexpr std::size_t step = registers * Source::width;
    std::size_t i = 0;
    for (; i + step <= source.size(); i += step) {
      if constexpr (Far) prefetch_step<step>(source, i);
#pragma GCC unroll 8
      for (std::size_t k = 0; k < registers; ++k)
        sums[k] = added(sums[k], source.load(i + k * Source::width), k);
    }
    return i;
  }

  // Where the source calculates, that takes the adders too, and multipliers do half of their work.
  template <class Source>
  [[nodiscard, gnu::always_inline]] static lane_sum<Source> added(lane_sum<Source> sum,
                                                                  batch_of<Source> x,
                                                                  std::size_t k) noexcept {
    using simd = native<typename Source::arch>;
    return {Source::exact || k % 2 == 0 ? sum.value + x : simd::add_beside(x, sum.value)};
  }
};

}  // namespace permdelta

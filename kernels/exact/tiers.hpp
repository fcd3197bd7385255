#pragma once

/// A long sum, block by block, each by the cheapest way that is exact for it:
///
///   1. lanes of doubles that the inexact flag watches (lanes.hpp). A block that raises it is taken
///      back, the lanes being as they were before it; what was in them goes to the
///      superaccumulator, and the block gets a second try in empty lanes;
///   2. integer bins, as many as the block's range of exponents takes (bins.hpp);
///   3. the superaccumulator, number by number, where the range is too wide for them.
///
/// What the tiers return is exact and meets in the superaccumulator (superaccumulator.hpp), never
/// in a plain double. Data on which the first tier keeps failing does not go on paying for it:
/// after two refusals in a row it is left out for a while.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "kernels/exact/bins.hpp"
#include "kernels/exact/exact_call.hpp"
#include "kernels/exact/flag.hpp"
#include "kernels/exact/lanes.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// Numbers between two looks at the flag: each drains the pipeline.
inline constexpr std::size_t block_size = 4 * bin_capacity;

/// How many blocks n numbers are.
[[nodiscard, gnu::always_inline]] inline constexpr std::size_t blocks_of(std::size_t n) noexcept {
  return n / block_size + (n % block_size != 0);
}

/// Tiers 2 and 3, of C as it lies in memory: elements of C, or terms on the stack.
template <class Arch, class C>
class bin_tiers {
 public:
  using numbers = elements<Arch, C>;

  /// Adds them, of which there are at most bin_capacity, to `sum`.
  [[gnu::noinline]] static void add(numbers x, superaccumulator<C>& sum) noexcept {
    const exponent_range range = bins<numbers>::range(x, 0, x.n);
    const auto count = static_cast<std::size_t>(bins<numbers>::bins_for(range));
    const bool done = [&]<std::size_t... Bins>(std::index_sequence<Bins...>) {
      return ((count == Bins && in_bins<Bins>(x, range, sum)) || ...);
    }
    (std::make_index_sequence<bins<numbers>::most_bins + 1>{});
    if (!done)
      for (std::size_t i = 0; i < x.n; ++i) permdelta::add(sum, static_cast<double>(x.data[i]));
  }

 private:
  // Whether all elements were finite; else nothing was added.
  template <std::size_t Bins>
  static bool in_bins(numbers x, exponent_range range, superaccumulator<C>& sum) noexcept {
    const auto total = bins<numbers>::template sum<Bins, true>(x, 0, x.n, range.top);
    if (total.rest - total.rest != 0) return false;
    for (std::size_t b = 0; b < Bins; ++b) add_scaled(sum, total.units[b], total.exponents[b]);
    permdelta::add(sum, total.rest);
    return true;
  }
};

/// Numbers begin ... end - 1 by tiers 2 and 3, added to `sum`.
template <class Source>
void add_in_bins(Source source, std::size_t begin, std::size_t end,
                 superaccumulator<typename Source::compute>& sum) noexcept {
  using arch = typename Source::arch;
  using C = typename Source::compute;
  for (std::size_t i = begin; i < end; i += bin_capacity) {
    const std::size_t count = end - i < bin_capacity ? end - i : bin_capacity;
    if constexpr (std::is_same_v<Source, elements<arch, C>>) {
      bin_tiers<arch, C>::add({source.data + i, count}, sum);
    } else {
      // Compiled once for all terms: they are calculated first.
      alignas(64) C terms[bin_capacity];
      std::size_t k = 0;
      for (; k + Source::width <= count; k += Source::width)
        source.load(i + k).store_aligned(terms + k);
      if (k < count) load_some(source, i + k, count - k).store_aligned(terms + k);
      bin_tiers<arch, C>::add({terms, count}, sum);
    }
  }
}

/// All three tiers, for elements: reading those rounds nothing, so the flag speaks of the
/// additions.
template <class Source>
requires Source::exact class tiers {
  using arch = typename Source::arch;
  using C = typename Source::compute;
  using lanes = watched_lanes<Source>;

 public:
  /// `refuse_first`: the first block is known to raise the flag.
  tiers(Source source, inexact_watch<arch>& watch, tier_counts& counts,
        bool refuse_first = false) noexcept
      : source_(source), watch_(watch), trusted_(inexact_flag_works) {
    lanes_.clear();
    if (refuse_first) refused_in_a_row_ = 1;
    const std::size_t n = source.size();
    for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
      end = n - begin < block_size ? n : begin + block_size;
      const bool done = !(refuse_first && begin == 0) && in_lanes(begin, end);
      ++counts.blocks;
      if (done) continue;
      ++counts.refused;
      spill();
      watch_.forget();
      add_in_bins(source_, begin, end, sum_);
    }
  }

  /// Whether all of it is in the lanes, and adding them up leaves the flag low: then the sum is the
  /// sum of `parts`.
  [[nodiscard]] bool total(double* parts) noexcept {
    if (!trusted_ || spilled_ || empty_) return false;
    lanes folded = lanes_;
    watch_.lower();
    folded.total(parts);
    return !watch_.raised() && all_finite<lanes>(parts);
  }

  /// All of it, as one large integer.
  [[nodiscard]] const superaccumulator<C>& accumulated() noexcept {
    spill();
    if ((sum_.present & not_finite) != 0) {
      // Which of them there were, the lanes no longer know, and what they made of infinity less
      // infinity was not an element.
      sum_ = {};
      for (std::size_t i = 0; i < source_.size(); ++i)
        permdelta::add(sum_, static_cast<double>(source_.at(i)));
    }
    return sum_;
  }

 private:
  // Whether a block could be added by the first tier, which includes that it was tried.
  bool in_lanes(std::size_t begin, std::size_t end) noexcept {
    if (!trusted_) return false;
    if (pause_ > 0) {
      --pause_;
      return false;
    }
    if (attempt(begin, end)) return true;
    if (!empty_) {
      spill();
      if (attempt(begin, end)) return true;
    }
    if (++refused_in_a_row_ >= 2) pause_ = 16;
    return false;
  }

  bool attempt(std::size_t begin, std::size_t end) noexcept {
    const lanes before = lanes_;
    watch_.lower();
    lanes_.add(source_, begin, end);
    if (watch_.raised()) {
      lanes_ = before;
      return false;
    }
    refused_in_a_row_ = 0;
    empty_ = false;
    return true;
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

  lanes lanes_;
  Source source_;
  inexact_watch<arch>& watch_;
  superaccumulator<C> sum_;  // nothing but bytes until `spilled_`
  int refused_in_a_row_ = 0;
  int pause_ = 0;
  bool trusted_;
  bool spilled_ = false;
  bool empty_ = true;  // the lanes
};

}  // namespace permdelta

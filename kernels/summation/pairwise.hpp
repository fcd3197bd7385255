#pragma once

/// `pairwise`: NumPy's tree, so that a sum agrees with `numpy.add.reduce` bit for bit. (Up to 8192
/// elements, the size of NumPy's buffer: from there on it adds up the sums of such chunks, unless
/// `numpy.setbufsize` makes the buffer larger.)
///
/// The tree (numpy/core/src/umath/loops_utils.h.src, `pairwise_sum`, which gives the order and not
/// the code below):
///   n < 8      one by one, from left to right
///   n <= 128   a leaf: eight accumulators r0 ... r7 started with the first eight elements, element
///              i to r[i mod 8], combined as ((r0+r1)+(r2+r3))+((r4+r5)+(r6+r7)); the elements
///              beyond the last multiple of 8 are then added one by one
///   else       split at n/2 rounded down to a multiple of 8, and add the two halves' sums
///
/// A leaf has eight chains of additions, and hardly 16 elements to each: alone it waits for
/// latencies. But leaves do not depend on each other. So a node whose subtree is a perfect tree of
/// 2, 4 or 8 leaves runs them all at once, their accumulators lying one after the other in as
/// many registers as it takes ("a block": leaf g's accumulator r is lane 8 g + r of the block).
/// Three rounds of adding neighbouring lanes, which is just the order above, then leave one lane a
/// leaf.
///
/// Where n is no power of two the leaves of a node differ by some elements: the steps that all
/// leaves have run together, the accumulators are put to memory, and what is left is added there.
/// The tree stays the same in every case.

#include <cstddef>

#include "kernels/source.hpp"
#include "kernels/summation/bound.hpp"

namespace permdelta {

struct pairwise {
  static constexpr permdelta::method method = permdelta::method::pairwise;

  template <class Arch, class C>
  static constexpr int lanes = 8;

  /// The longest path through the tree.
  static double error_bound(std::size_t n, int /*lanes*/, double u) noexcept {
    return chain_bound(n, static_cast<double>(depth(n)), u);
  }

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source) noexcept {
    using C = typename Source::compute;
    if (source.size() == 0) return C{0};
    return tree<Source>{source, is_far(source.size(), Source::line)}.node({0, source.size()});
  }

 private:
  static constexpr std::size_t leaf_limit = 128;

  // The size of a node's left half. User keeps the instruction sets' copies apart.
  template <class User>
  [[nodiscard]] static constexpr std::size_t split(std::size_t n) noexcept {
    return n / 2 - (n / 2) % 8;
  }

  [[nodiscard]] static std::size_t depth(std::size_t n) noexcept {
    if (n < 8) return n - 1;
    if (n <= leaf_limit) return (n / 8 - 1) + 3 + n % 8;
    const std::size_t left = depth(split<pairwise>(n));
    const std::size_t right = depth(n - split<pairwise>(n));
    return 1 + (left < right ? right : left);
  }

  // Nested in a template over Source, so that each instruction set has code of its own.
  template <class Source>
  struct tree {
    using C = typename Source::compute;
    using vector = batch_of<Source>;
    using simd = native<typename Source::arch>;
    static constexpr std::size_t width = Source::width;
    // Up to eight registers of accumulators, and no more leaves than there are general registers to
    // point at them.
    static constexpr std::size_t most_leaves = width < 8 ? width : 8;

    struct range {
      std::size_t begin;
      std::size_t size;
    };

    Source source;
    bool far;  ///< in memory, past the caches

    [[nodiscard]] C node(range r) const noexcept {
      if (r.size < 8) return add_singly(r, nothing<C>);
      if (r.size > leaf_limit) return split_node<most_leaves>(r);
      C result;
      leaves<1>(&r, &result);
      return result;
    }

    // A node above the leaves: as a perfect tree of `Leaves` leaves if it is one, else of fewer; by
    // its halves at last.
    template <std::size_t Leaves>
    [[nodiscard]] C split_node(range r) const noexcept {
      if constexpr (Leaves > 1) {
        // Nodes above the leaves have more than 128 elements, so so many leaves have more than 64
        // each.
        if (r.size <= Leaves * leaf_limit / 2) return split_node<Leaves / 2>(r);
        if (r.size <= Leaves * leaf_limit) {
          C sums[Leaves];
          if (r.size % (8 * Leaves) == 0) {
            equal_leaves<Leaves>(r, sums);
            return fold_leaves<Leaves>(sums);
          }
          range parts[Leaves];
          if (spread<Leaves>(r, parts)) {
            leaves<Leaves>(parts, sums);
            return fold_leaves<Leaves>(sums);
          }
          return split_node<Leaves / 2>(r);
        }
      }
      const std::size_t left = split<Source>(r.size);
      return node({r.begin, left}) + node({r.begin + left, r.size - left});
    }

    // Splits r into `Leaves` parts of one level; whether all of them are leaves.
    template <std::size_t Leaves>
    [[nodiscard]] static bool spread(range r, range* parts) noexcept {
      parts[0] = r;
      for (std::size_t count = 1; count < Leaves; count *= 2)
        for (std::size_t k = count; k-- > 0;) {
          const range part = parts[k];
          if (part.size <= leaf_limit) return false;  // a leaf too early
          const std::size_t left = split<Source>(part.size);
          parts[2 * k] = {part.begin, left};
          parts[2 * k + 1] = {part.begin + left, part.size - left};
        }
      for (std::size_t k = 0; k < Leaves; ++k)
        if (parts[k].size > leaf_limit) return false;
      return true;
    }

    // The sums of `Leaves` leaves of equal size, a multiple of 8: splitting goes through the middle
    // every time.
    template <std::size_t Leaves>
    void equal_leaves(range r, C* sums) const noexcept {
      const std::size_t size = r.size / Leaves;
      std::size_t begins[Leaves];
#pragma GCC unroll 8
      for (std::size_t g = 0; g < Leaves; ++g) begins[g] = r.begin + g * size;
      vector accumulators[vectors<Leaves>];
      accumulate<Leaves>(begins, size / 8, accumulators);
      fold_accumulators<Leaves>(accumulators, sums);
    }

    // The sums of `Leaves` leaves of any sizes.
    template <std::size_t Leaves>
    void leaves(const range* parts, C* sums) const noexcept {
      std::size_t begins[Leaves];
      std::size_t steps = leaf_limit;
      bool equal = true;
      for (std::size_t g = 0; g < Leaves; ++g) {
        begins[g] = parts[g].begin;
        const std::size_t own = parts[g].size / 8;
        equal &= own == parts[0].size / 8;
        if (own < steps) steps = own;
      }
      vector accumulators[vectors<Leaves>];
      accumulate<Leaves>(begins, steps, accumulators);

      if (!equal) {
        alignas(64) C lanes[vectors<Leaves> * width];
        for (std::size_t v = 0; v < vectors<Leaves>; ++v)
          accumulators[v].store_aligned(lanes + v * width);
        for (std::size_t g = 0; g < Leaves; ++g)
          for (std::size_t i = 8 * steps; i + 8 <= parts[g].size; i += 8)
            for (std::size_t k = 0; k < 8; ++k) lanes[8 * g + k] += source.at(begins[g] + i + k);
        for (std::size_t v = 0; v < vectors<Leaves>; ++v)
          accumulators[v] = vector::load_aligned(lanes + v * width);
      }

      fold_accumulators<Leaves>(accumulators, sums);
      for (std::size_t g = 0; g < Leaves; ++g) {
        const std::size_t tail = parts[g].size % 8;
        sums[g] = add_singly({begins[g] + parts[g].size - tail, tail}, sums[g]);
      }
    }

    template <std::size_t Leaves>
    static constexpr std::size_t vectors = 8 * Leaves < width ? 1 : 8 * Leaves / width;

    // The first `steps` rows of eight of each leaf, into the accumulators of the block.
    template <std::size_t Leaves>
    [[gnu::always_inline]] void accumulate(const std::size_t* begins, std::size_t steps,
                                           vector* accumulators) const noexcept {
      if (far) prefetch_ahead<8 * Leaves>(begins[0]);
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors<Leaves>; ++v)
        accumulators[v] = load<Leaves>(begins, v, 0);
      for (std::size_t s = 1; s < steps; ++s) {
        if (is_far_now()) prefetch_ahead<8 * Leaves>(begins[0] + 8 * Leaves * s);
#pragma GCC unroll 8
        for (std::size_t v = 0; v < vectors<Leaves>; ++v)
          accumulators[v] += load<Leaves>(begins, v, 8 * s);
      }
    }

    // `far`, asked in every step: the compiler would otherwise make two loops of one.
    [[nodiscard]] bool is_far_now() const noexcept {
      bool now = far;
      asm("" : "+r"(now));
      return now;
    }

    // As much as a step reads, of what is read some blocks later: processors do not see that so
    // many short streams are one long one. Inlined, because GCC drops calls of functions that do
    // nothing but prefetch.
    template <std::size_t Count>
    [[gnu::always_inline]] void prefetch_ahead(std::size_t i) const noexcept {
      constexpr std::size_t distance = 4096;
#pragma GCC unroll 8
      for (std::size_t k = 0; k < Count; k += Source::line) source.prefetch(i + distance + k);
    }

    // Three rounds of adding neighbours leave one lane a leaf. (A single batch is its own
    // neighbour.)
    template <std::size_t Leaves>
    static void fold_accumulators(vector* accumulators, C* sums) noexcept {
      std::size_t count = vectors<Leaves>;
#pragma GCC unroll 3
      for (int round = 0; round < 3; ++round) {
        const std::size_t half = count > 1 ? count / 2 : 1;
#pragma GCC unroll 4
        for (std::size_t v = 0; v < half; ++v)
          accumulators[v] =
              simd::add_pairs(accumulators[2 * v], accumulators[count > 1 ? 2 * v + 1 : 0]);
        count = half;
      }
      alignas(64) C lanes[width];
      accumulators[0].store_aligned(lanes);
      for (std::size_t g = 0; g < Leaves; ++g) sums[g] = lanes[g];
    }

    template <std::size_t Leaves>
    [[nodiscard]] static C fold_leaves(C* sums) noexcept {
      for (std::size_t count = Leaves / 2; count > 0; count /= 2)
#pragma GCC unroll 4
        for (std::size_t k = 0; k < count; ++k) sums[k] = sums[2 * k] + sums[2 * k + 1];
      return sums[0];
    }

    // Lanes v * width ... of the block: element `offset` onwards of each leaf they belong to.
    template <std::size_t Leaves>
    [[nodiscard, gnu::always_inline]] vector load(const std::size_t* begins, std::size_t v,
                                                  std::size_t offset) const noexcept {
      if constexpr (width > 8) {
        const std::size_t second = Leaves > 1 ? 2 * v + 1 : 0;  // a single leaf is there twice
        return source.join(begins[2 * v] + offset, begins[second] + offset);
      } else {
        const std::size_t lane = v * width;
        return source.load(begins[lane / 8] + offset + lane % 8);
      }
    }

    [[nodiscard]] C add_singly(range r, C sum) const noexcept {
      for (std::size_t i = 0; i < r.size; ++i) sum += source.at(r.begin + i);
      return sum;
    }
  };
};

}  // namespace permdelta

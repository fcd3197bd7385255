#pragma once

/// `pairwise`: NumPy's tree, so that a sum agrees with `numpy.add.reduce` bit for bit.
///
/// The tree (numpy/core/src/umath/loops_utils.h.src, `pairwise_sum`, which gives the order and not
/// the code below):
///   n < 8      one by one, from left to right
///   n <= 128   a leaf: eight accumulators r0 ... r7 started with the first eight elements, element
///   i to r[i mod 8], combined
///              as ((r0+r1)+(r2+r3))+((r4+r5)+(r6+r7)); the elements beyond the last multiple of 8
///              are then added one by one
///   else       split at n/2 rounded down to a multiple of 8, and add the two halves' sums
///
/// A leaf has eight chains of additions, and hardly 16 elements to each: alone it waits for
/// latencies. But leaves do not depend on each other. So a node whose subtree is a perfect tree of
/// 2, 4, 8 or 16 leaves runs them all at once, their accumulators lying one after the other in as
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
    return n < 2 ? 0.0 : gamma_bound(static_cast<double>(depth(n)), u);
  }

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source) noexcept {
    using C = typename Source::compute;
    if (source.size() == 0) return C{0};
    return tree<Source>::node(source, {0, source.size()});
  }

 private:
  static constexpr std::size_t leaf_limit = 128;

  [[nodiscard]] static constexpr std::size_t split(std::size_t n) noexcept {
    return n / 2 - (n / 2) % 8;
  }

  [[nodiscard]] static std::size_t depth(std::size_t n) noexcept {
    if (n < 8) return n - 1;
    if (n <= leaf_limit) return (n / 8 - 1) + 3 + n % 8;
    const std::size_t left = depth(split(n));
    const std::size_t right = depth(n - split(n));
    return 1 + (left < right ? right : left);
  }

  // Nested in a template over Source, so that each instruction set has code of its own.
  template <class Source>
  struct tree {
    using C = typename Source::compute;
    using vector = batch_of<Source>;
    using simd = native<typename Source::arch>;
    static constexpr std::size_t width = Source::width;
    static constexpr std::size_t most_leaves = width;  // eight registers of them

    struct range {
      std::size_t begin;
      std::size_t size;
    };

    [[nodiscard]] static C node(Source source, range r) noexcept {
      if (r.size < 8) return add_singly(source, r, nothing<C>);
      if (r.size <= leaf_limit) {
        C result;
        block<1>(source, &r, &result);
        return result;
      }
      return perfect_node<most_leaves>(source, r);
    }

    // A node that may have `Leaves` leaves, all on one level; where it has not, fewer are tried,
    // and halves at last.
    template <std::size_t Leaves>
    [[nodiscard]] static C perfect_node(Source source, range r) noexcept {
      if constexpr (Leaves == 1) {
        const std::size_t left = split(r.size);
        return node(source, {r.begin, left}) + node(source, {r.begin + left, r.size - left});
      } else {
        if (r.size > Leaves * leaf_limit) {  // too large for the largest block
          const std::size_t left = split(r.size);
          return node(source, {r.begin, left}) + node(source, {r.begin + left, r.size - left});
        }
        range leaves[Leaves] = {r};
        // No leaf under a split node has fewer than 64 elements.
        if (r.size < Leaves * 64 || !spread<Leaves>(leaves))
          return perfect_node<Leaves / 2>(source, r);
        C sums[Leaves];
        block<Leaves>(source, leaves, sums);
#pragma GCC unroll 4
        for (std::size_t count = Leaves / 2; count > 0; count /= 2)
#pragma GCC unroll 8
          for (std::size_t k = 0; k < count; ++k) sums[k] = sums[2 * k] + sums[2 * k + 1];
        return sums[0];
      }
    }

    // Splits leaves[0] until there are `Leaves` ranges; whether all of them are leaves.
    template <std::size_t Leaves>
    [[nodiscard]] static bool spread(range* leaves) noexcept {
      for (std::size_t count = 1; count < Leaves; count *= 2)
        for (std::size_t k = count; k-- > 0;) {
          const range r = leaves[k];
          if (r.size <= leaf_limit) return false;  // a leaf too early
          const std::size_t left = split(r.size);
          leaves[2 * k] = {r.begin, left};
          leaves[2 * k + 1] = {r.begin + left, r.size - left};
        }
      for (std::size_t k = 0; k < Leaves; ++k)
        if (leaves[k].size > leaf_limit) return false;
      return true;
    }

    // The sums of `Leaves` leaves at once.
    template <std::size_t Leaves>
    static void block(Source source, const range* leaves, C* sums) noexcept {
      constexpr std::size_t lanes_used = 8 * Leaves;
      constexpr std::size_t vectors = lanes_used < width ? 1 : lanes_used / width;

      std::size_t steps = leaves[0].size / 8;
      bool uneven = false;
      for (std::size_t g = 1; g < Leaves; ++g) {
        const std::size_t own = leaves[g].size / 8;
        uneven |= own != steps;
        if (own < steps) steps = own;
      }

      vector r[vectors];
#pragma GCC unroll 8
      for (std::size_t v = 0; v < vectors; ++v) r[v] = load<Leaves>(source, leaves, v, 0);
      for (std::size_t s = 1; s < steps; ++s)
#pragma GCC unroll 8
        for (std::size_t v = 0; v < vectors; ++v) r[v] += load<Leaves>(source, leaves, v, 8 * s);

      if (uneven) {
        alignas(64) C lanes[vectors * width];
        for (std::size_t v = 0; v < vectors; ++v) r[v].store_aligned(lanes + v * width);
        for (std::size_t g = 0; g < Leaves; ++g)
          for (std::size_t i = 8 * steps; i + 8 <= leaves[g].size; i += 8)
            for (std::size_t k = 0; k < 8; ++k)
              lanes[8 * g + k] += source.at(leaves[g].begin + i + k);
        for (std::size_t v = 0; v < vectors; ++v) r[v] = vector::load_aligned(lanes + v * width);
      }

      fold_eights<vectors>(r);
      alignas(64) C folded[width];
      r[0].store_aligned(folded);
      for (std::size_t g = 0; g < Leaves; ++g) {
        const std::size_t whole = leaves[g].size - leaves[g].size % 8;
        sums[g] = add_singly(source, {leaves[g].begin + whole, leaves[g].size % 8}, folded[g]);
      }
    }

    // Three rounds of adding neighbours: lane g of r[0] is then the sum of lanes 8 g ... 8 g + 7.
    template <std::size_t Vectors>
    static void fold_eights(vector* r) noexcept {
#pragma GCC unroll 3
      for (std::size_t round = 0, count = Vectors; round < 3; ++round) {
        const std::size_t half = count < 2 ? 1 : count / 2;
#pragma GCC unroll 8
        for (std::size_t k = 0; k < half; ++k)
          r[k] = simd::add_pairs(r[2 * k], r[count < 2 ? 0 : 2 * k + 1]);
        count = half;
      }
    }

    // Lanes v * width ... of the block: element `offset` onwards of each leaf they belong to.
    template <std::size_t Leaves>
    [[nodiscard]] static vector load(Source source, const range* leaves, std::size_t v,
                                     std::size_t offset) noexcept {
      if constexpr (width > 8) {
        const std::size_t second = Leaves > 1 ? 2 * v + 1 : 0;  // a single leaf is there twice
        return source.join(leaves[2 * v].begin + offset, leaves[second].begin + offset);
      } else {
        const std::size_t lane = v * width;
        return source.load(leaves[lane / 8].begin + offset + lane % 8);
      }
    }

    [[nodiscard]] static C add_singly(Source source, range r, C sum) noexcept {
      for (std::size_t i = 0; i < r.size; ++i) sum += source.at(r.begin + i);
      return sum;
    }
  };
};

}  // namespace permdelta

#pragma once

/// Rows to columns, for as many rows as a batch has lanes.

#include <cstddef>
#include <utility>

#include "kernels/native/native.hpp"

namespace permdelta {

/// row[r], lane c  <->  row[c], lane r. By halves: with blocks of H rows and columns in place,
/// pairs of rows H apart swap the blocks off their diagonal.
template <std::size_t H, class Arch, class C>
[[gnu::always_inline]] inline void transpose(batch<Arch, C>* rows) noexcept {
  using vector = batch<Arch, C>;
  using raw = typename vector::register_type;
  constexpr std::size_t width = vector::size;
  if constexpr (H > 0) {
    const auto swap_blocks = [&]<std::size_t... Lane>(std::size_t r, std::index_sequence<Lane...>)
        __attribute__((always_inline)) {
      const raw upper = rows[r];
      const raw lower = rows[r + H];
      // Of both rows, in the order of lanes: indices from `width` on are the lower row's.
      rows[r] = vector(raw(__builtin_shufflevector(
          upper, lower, static_cast<int>((Lane & H) == 0 ? Lane : width + Lane - H)...)));
      rows[r + H] = vector(raw(__builtin_shufflevector(
          upper, lower, static_cast<int>((Lane & H) == 0 ? Lane + H : width + Lane)...)));
    };
#pragma GCC unroll 16
    for (std::size_t r = 0; r < width; ++r)
      if ((r & H) == 0) swap_blocks(r, std::make_index_sequence<width>{});
    transpose<H / 2, Arch, C>(rows);
  }
}

}  // namespace permdelta

#pragma once

/// Folding many lanes into one by halves: lane j takes lane j + L/2, then j + L/4, ... The order is
/// fixed here because xsimd's own reduction associates differently per instruction set and version.

#include <cstddef>

#include "kernels/native/native.hpp"

namespace permdelta {

/// `combine(v, w)` merges two accumulators lane by lane; what comes back holds the result in lane
/// 0. `Accumulator` has `upper<H>()`: lane j < H of what it returns is lane j + H.
template <std::size_t H, class Accumulator, class Combine>
[[nodiscard, gnu::always_inline]] inline Accumulator fold_lanes(Accumulator value,
                                                                Combine combine) noexcept {
  if constexpr (H == 0)
    return value;
  else
    return fold_lanes<H / 2>(combine(value, value.template upper<H>()), combine);
}

/// The same over `Count` accumulators side by side, without a partner for the middle one of an odd
/// count.
template <std::size_t Count, class Accumulator, class Combine>
[[nodiscard, gnu::always_inline]] inline Accumulator fold_batches(Accumulator* accumulators,
                                                                  Combine combine) noexcept {
  if constexpr (Count == 1) {
    return accumulators[0];
  } else {
    constexpr std::size_t kept = (Count + 1) / 2;
#pragma GCC unroll 8
    for (std::size_t j = 0; j < Count - kept; ++j)
      accumulators[j] = combine(accumulators[j], accumulators[j + kept]);
    return fold_batches<kept>(accumulators, combine);
  }
}

/// Folds the lanes of one batch: lane 0 of what comes back is the result.
template <class Simd, std::size_t H, class Batch, class Combine>
[[nodiscard, gnu::always_inline]] inline Batch fold_batch(Batch v, Combine combine) noexcept {
  if constexpr (H == 0)
    return v;
  else
    return fold_batch<Simd, H / 2>(combine(v, Simd::template upper<H>(v)), combine);
}

}  // namespace permdelta

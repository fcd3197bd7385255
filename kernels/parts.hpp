#pragma once

/// One row reduced in parts: what several threads do with a row that is too long for one of them.
///
/// The row is cut into contiguous parts of nearly equal length, each part is summed by the method,
/// and the parts' sums are added in the order of the parts, each addition rounded: another order
/// than the method's own on the whole row, and another result. Except by `exact`, whose parts are
/// merged unrounded, so that no cut changes a bit.

#include <cstddef>
#include <functional>
#include <span>

#include "kernels/catalog.hpp"

namespace permdelta {

/// The sum of a part of a row, on its way to be combined with those of the others. Threads beside
/// each other do not write to one line of the cache.
template <class C>
struct alignas(64) partial_sum {
  C value;                      ///< by any method but `exact`
  superaccumulator<C> exactly;  ///< by `exact`, which adds to it
};

/// Sums the terms of a part by the kernel's method.
template <element T>
void sum_part(const kernel_function<T>&, terms, std::span<const T> part, compute_t<T> shift,
              partial_sum<compute_t<T>>& sum) noexcept;

/// Calls `body` with 0, 1, ... count - 1, each once, in any order or at the same time.
using part_loop =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)>;

/// Runs a kernel on the row x, `for_each` part, in as many parts as there are `sums` (one at
/// least), but none without elements; the sums are the room that it needs, whatever is in them. y
/// is as large as the operation writes; T is the kernel's element type. Allocates nothing.
template <element T>
void reduce_in_parts(const kernel&, std::span<const T> x, std::span<T> y,
                     std::span<partial_sum<compute_t<T>>> sums, const part_loop& for_each,
                     double eps = default_eps);

}  // namespace permdelta

#pragma once

#include <cstddef>

#include "kernels/elementwise/store.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// e^(x - shift) of each element, written to `to`, which may be x. Four batches at a time, because
/// one is a chain of twenty operations.
template <class Arch, element T>
inline void write_exponentials(elements<Arch, T> x, compute_t<T> shift, compute_t<T>* to) noexcept {
  using C = compute_t<T>;
  using vector = batch<Arch, C>;
  constexpr std::size_t width = vector::size;
  constexpr std::size_t unrolled = 4;
  const transformed<elements<Arch, T>, shifted_exponential<Arch, C>> terms{x, {shift}};
  std::size_t i = 0;
  for (; i + unrolled * width <= x.n; i += unrolled * width) {
    vector e[unrolled];
#pragma GCC unroll 4
    for (std::size_t k = 0; k < unrolled; ++k) e[k] = terms.load(i + k * width);
#pragma GCC unroll 4
    for (std::size_t k = 0; k < unrolled; ++k) e[k].store_unaligned(to + i + k * width);
  }
  for (; i + width <= x.n; i += width) terms.load(i).store_unaligned(to + i);
  if (i < x.n) results<Arch, C>::store_some(load_some(terms, i, x.n - i), x.n - i, to + i);
}

}  // namespace permdelta

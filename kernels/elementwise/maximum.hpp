#pragma once

#include <cstddef>

#include "kernels/fold.hpp"
#include "kernels/source.hpp"

namespace permdelta {

/// The largest number of a source; NaN if one is NaN, -infinity if there is none.
template <class Source>
[[nodiscard]] inline typename Source::compute maximum_of(Source source) noexcept {
  using C = typename Source::compute;
  using vector = batch_of<Source>;
  constexpr std::size_t width = Source::width;
  constexpr std::size_t unrolled = 4;
  const std::size_t n = source.size();
  C largest = -static_cast<C>(__builtin_huge_val());
  std::size_t i = 0;
  if (n >= width) {
    vector maxima[unrolled];
    for (auto& m : maxima) m = vector(largest);
    auto is_number = maxima[0] == maxima[0];
    const auto look = [&](vector x, vector & m) __attribute__((always_inline)) {
      is_number = is_number & (x == x);  // some versions of != say no of a NaN
      m = xsimd::max(m, x);
    };
    for (; i + unrolled * width <= n; i += unrolled * width)
#pragma GCC unroll 4
      for (std::size_t k = 0; k < unrolled; ++k) look(source.load(i + k * width), maxima[k]);
    for (; i + width <= n; i += width) look(source.load(i), maxima[0]);
    // The last batch again, as far as it has been seen.
    if (i < n) look(source.load(n - width), maxima[0]);
    if (!xsimd::all(is_number)) return static_cast<C>(__builtin_nan(""));
    const auto larger = [](vector v, vector w) noexcept { return xsimd::max(v, w); };
    return native<typename Source::arch>::first(
        fold_batch<native<typename Source::arch>, width / 2>(fold_batches<unrolled>(maxima, larger),
                                                             larger));
  }
  for (; i < n; ++i) {
    const C x = source.at(i);
    if (x != x) return x;
    largest = x > largest ? x : largest;
  }
  return largest;
}

}  // namespace permdelta

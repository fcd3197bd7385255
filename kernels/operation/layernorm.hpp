#pragma once

#include <cstddef>
#include <limits>

#include "kernels/operation/quotient.hpp"
#include "kernels/operation/store.hpp"

namespace permdelta {

/// `layernorm`, the seed experiment's formula (eps is added after the square root):
///   m = S(x)/n;  c_i = x_i - m;  v = S(c_i c_i)/n;  d = sqrt(v) + eps;  y_i = T( c_i / d )
/// Everything but S is elementwise and correctly rounded, so two methods differ in nothing but
/// their sums.
struct layernorm_operation {
  static constexpr permdelta::operation operation = permdelta::operation::layernorm;

  template <class Arch, element T>
  static void run(auto& method, elements<Arch, T> x, T* y, double eps) noexcept {
    using C = compute_t<T>;
    if (x.size() == 0) return;
    const C sum = method.sum(x);
    const C count = count_in<Arch, C>(x.size());
    const C mean = sum / count;
    using deviations = transformed<elements<Arch, T>, squared_deviation<Arch, C>>;
    const C variance = method.sum(deviations{x, {mean}}) / count;
    const C divisor = native<Arch>::first(native<Arch>::square_root(batch<Arch, C>(variance))) +
                      static_cast<C>(eps);
    normalize(x, mean, common_divisor<Arch, C>(divisor), y);
  }

  /// y_i = (x_i - mean) / divisor.
  template <class Arch, element T>
  static void normalize(elements<Arch, T> source, compute_t<T> mean,
                        common_divisor<Arch, compute_t<T>> divisor, T* y) noexcept {
    using C = compute_t<T>;
    using vector = batch<Arch, C>;
    using out = results<Arch, T>;
    constexpr std::size_t width = vector::size;
    constexpr std::size_t block = 8;  // batches between two looks at the smallest magnitude
    constexpr C infinity = std::numeric_limits<C>::infinity();
    const vector center(mean);
    const std::size_t n = source.size();

    std::size_t i = 0;
    if (divisor.applicable())
      for (; i + block * width <= n; i += block * width) {
        vector smallest(infinity);
#pragma GCC unroll 8
        for (std::size_t k = 0; k < block; ++k) {
          const vector centered = source.load(i + k * width) - center;
          smallest = xsimd::min(smallest, xsimd::abs(centered));
          out::store(divisor.fast(centered), y + i + k * width);
        }
        if (!divisor.exact_from(smallest))
          for (std::size_t k = 0; k < block; ++k)
            out::store(divisor.slow(source.load(i + k * width) - center), y + i + k * width);
      }
    for (; i + width <= n; i += width) out::store(divisor.slow(source.load(i) - center), y + i);
    if (i < n) out::store_some(divisor.slow(load_some(source, i, n - i) - center), n - i, y + i);
  }
};

}  // namespace permdelta

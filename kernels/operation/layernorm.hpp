#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/operation/quotient.hpp"
#include "kernels/operation/rows.hpp"
#include "kernels/operation/store.hpp"

namespace permdelta {

/// `layernorm`, the seed experiment's formula (eps is added after the square root):
///   m = S(x)/n;  c_i = x_i - m;  v = S(c_i c_i)/n;  d = sqrt(v) + eps;  y_i = T( c_i / d )
/// Everything but S is elementwise and correctly rounded, so two methods differ in nothing but
/// their sums.
struct layernorm_operation {
  static constexpr permdelta::operation operation = permdelta::operation::layernorm;

  /// How long a row has to be for the question whether two operations do: the answer takes some
  /// thirty cycles, for which a row alone has to wait.
  static constexpr std::size_t least_among_rows = 512;
  static constexpr std::size_t least_alone = 2048;

  /// Each step is made for all rows before the next: from one row alone the second sum would wait
  /// for the whole latency of the first, and the quotients for that of the second.
  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double eps) noexcept {
    using C = compute_t<T>;
    using deviations = transformed<elements<Arch, T>, squared_deviation<Arch, C>>;
    if (x.n == 0) return;
    C mean[most_rows];
    C variance[most_rows];
    common_divisor<Arch, C> divisor[most_rows];
    bool in_two[most_rows];

    sum_rows<Arch>(
        method, x.count, [&](std::size_t r) { return x[r]; }, mean);
    const C n = count_in<Arch, C>(x.n);
    for (std::size_t r = 0; r < x.count; ++r) mean[r] /= n;
    const auto squares = [&](std::size_t r) { return deviations{x[r], {mean[r]}}; };
    sum_rows<Arch>(method, x.count, squares, variance);
    const C added = eps_in<Arch, C>(eps);
    for (std::size_t r = 0; r < x.count; ++r) {
      const C root =
          native<Arch>::first(native<Arch>::square_root(batch<Arch, C>(variance[r] / n)));
      divisor[r] = common_divisor<Arch, C>(root + added);
    }
    for (std::size_t r = 0; r < x.count; ++r)
      in_two[r] = x.n >= (x.count > 1 ? least_among_rows : least_alone) &&
                  divisor[r].is_quick_around(mean[r]) && divisor[r].two_operations_do();
    for (std::size_t r = 0; r < x.count; ++r)
      normalize(x[r], mean[r], divisor[r], in_two[r], x.far, y + r * x.n);
  }

  /// y_i = (x_i - mean) / divisor. `in_two`: what divisor.two_operations_do() said, or no. `far`:
  /// past the caches, which spares reading what is overwritten; then native<Arch>::end_streams() is
  /// due.
  template <class Arch, element T>
  static void normalize(elements<Arch, T> source, compute_t<T> mean,
                        const common_divisor<Arch, compute_t<T>>& divisor, bool in_two, bool far,
                        T* y) noexcept {
    using vector = batch<Arch, compute_t<T>>;
    using out = results<Arch, T>;
    constexpr std::size_t width = vector::size;
    constexpr std::size_t unrolled = 4;
    const vector center(mean);
    const std::size_t n = source.size();

    std::size_t i = 0;
    const auto divide_all = [&](auto divided, auto store) __attribute__((always_inline)) {
      for (; i + unrolled * width <= n; i += unrolled * width)
#pragma GCC unroll 4
        for (std::size_t k = 0; k < unrolled; ++k)
          store(divided(source.load(i + k * width) - center), y + i + k * width);
    };
    const auto divide_into = [&](auto store) __attribute__((always_inline)) {
      if (in_two)
        divide_all([by = divisor](vector c) { return by.in_two(c); }, store);
      else
        divide_all([by = divisor](vector c) { return by.fast(c); }, store);
    };
    if (divisor.is_quick_around(mean)) {
      if (far && sizeof(T) == sizeof(compute_t<T>) && n >= 2 * width) {
        if (const std::size_t beside = reinterpret_cast<std::uintptr_t>(y) % sizeof(vector);
            beside != 0) {  // up to where y is aligned, and what is behind it once more
          out::store(divisor.slow(source.load(0) - center), y);
          i = (sizeof(vector) - beside) / sizeof(T);
        }
        divide_into([](vector v, T* to) { out::stream(v, to); });
      } else {
        divide_into([](vector v, T* to) { out::store(v, to); });
      }
    }
    for (; i + width <= n; i += width) out::store(divisor.slow(source.load(i) - center), y + i);
    if (i < n) out::store_some(divisor.slow(load_some(source, i, n - i) - center), n - i, y + i);
  }
};

}  // namespace permdelta

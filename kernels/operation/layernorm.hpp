#pragma once

#include <cstddef>

#include "kernels/operation/divide.hpp"
#include "kernels/operation/rows.hpp"

namespace permdelta {

/// `layernorm`, the seed experiment's formula (eps is added after the square root):
///   m = S(x)/n;  c_i = x_i - m;  v = S(c_i c_i)/n;  d = sqrt(v) + eps;  y_i = T( c_i / d )
/// Everything but S is elementwise and correctly rounded, so two methods differ in nothing but
/// their sums.
struct layernorm_operation {
  static constexpr permdelta::operation operation = permdelta::operation::layernorm;

  /// Each step is made for all rows before the next: from one row alone the second sum would wait
  /// for the whole latency of the first, and the quotients for that of the second.
  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double eps) noexcept {
    using C = compute_t<T>;
    using squares = transformed<elements<Arch, T>, squared_deviation<Arch, C>>;
    if (x.n == 0) return;
    C mean[most_rows];
    C variance[most_rows];
    common_divisor<Arch, C> divisor[most_rows];
    division how[most_rows];

    sum_rows<Arch>(
        method, x.count, [&](std::size_t r) { return x[r]; }, mean);
    const C n = count_in<Arch, C>(x.n);
    for (std::size_t r = 0; r < x.count; ++r) mean[r] /= n;
    sum_rows<Arch>(
        method, x.count,
        [&](std::size_t r) {
          return squares{x[r], {mean[r]}};
        },
        variance);
    const C added = eps_in<Arch, C>(eps);
    for (std::size_t r = 0; r < x.count; ++r)
      divisor[r] = common_divisor<Arch, C>(root_of<Arch>(variance[r] / n) + added);
    for (std::size_t r = 0; r < x.count; ++r)
      how[r] = quickest(divisor[r], divisor[r].is_quick_around(mean[r]),
                        x.n >= (x.count > 1 ? least_among_rows : least_alone));
    for (std::size_t r = 0; r < x.count; ++r)
      write(x[r], mean[r], divisor[r], how[r], x.far, y + r * x.n);
  }

  /// y_i = (x_i - mean) / divisor.
  template <class Arch, element T>
  [[gnu::always_inline]] static void finish(elements<Arch, T> x, compute_t<T> mean,
                                            compute_t<T> divisor, bool far, T* y) noexcept {
    const common_divisor<Arch, compute_t<T>> by(divisor);
    write(x, mean, by, quickest(by, by.is_quick_around(mean), x.n >= least_alone), far, y);
  }

 private:
  template <class Arch, element T, class C>
  static void write(elements<Arch, T> x, C mean, const common_divisor<Arch, C>& divisor,
                    division how, bool far, T* y) noexcept {
    using deviations = transformed<elements<Arch, T>, deviation<Arch, C>>;
    divide_row<unguarded, T>(deviations{x, {mean}}, divisor, how, far, y);
  }
};

}  // namespace permdelta

#pragma once

#include <cstddef>

#include "kernels/operation/divide.hpp"
#include "kernels/operation/rows.hpp"

namespace permdelta {

/// `rmsnorm`:
///   d = sqrt( S(x_i x_i)/n + eps );  y_i = T( x_i / d )
struct rmsnorm_operation {
  static constexpr permdelta::operation operation = permdelta::operation::rmsnorm;

  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double eps) noexcept {
    using C = compute_t<T>;
    using squares = transformed<elements<Arch, T>, squared_deviation<Arch, C>>;
    if (x.n == 0) return;
    C square[most_rows];
    common_divisor<Arch, C> divisor[most_rows];
    division how[most_rows];

    sum_rows<Arch>(
        method, x.count,
        [&](std::size_t r) {
          return squares{x[r], {C{0}}};
        },
        square);
    const C n = count_in<Arch, C>(x.n);
    const C added = eps_in<Arch, C>(eps);
    for (std::size_t r = 0; r < x.count; ++r)
      divisor[r] = common_divisor<Arch, C>(root_of<Arch>(square[r] / n + added));
    for (std::size_t r = 0; r < x.count; ++r)
      how[r] = quickest(divisor[r], divisor[r].is_quick(),
                        x.n >= (x.count > 1 ? least_among_rows : least_alone));
    for (std::size_t r = 0; r < x.count; ++r)
      divide_row<guarded, T>(x[r], divisor[r], how[r], x.far, y + r * x.n);
  }

  /// y_i = x_i / divisor.
  template <class Arch, element T>
  [[gnu::always_inline]] static void finish(elements<Arch, T> x, compute_t<T> /*shift*/,
                                            compute_t<T> divisor, bool far, T* y) noexcept {
    const common_divisor<Arch, compute_t<T>> by(divisor);
    divide_row<guarded, T>(x, by, quickest(by, by.is_quick(), x.n >= least_alone), far, y);
  }
};

}  // namespace permdelta

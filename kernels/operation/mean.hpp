#pragma once

#include <cstddef>

#include "kernels/operation/rows.hpp"
#include "kernels/operation/store.hpp"

namespace permdelta {

/// `mean`: y[0] = T( S(x) / n ); NaN where there are no elements.
struct mean_operation {
  static constexpr permdelta::operation operation = permdelta::operation::mean;

  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double /*eps*/) noexcept {
    using C = compute_t<T>;
    C sums[most_rows];
    sum_rows<Arch>(
        method, x.count, [&](std::size_t r) { return x[r]; }, sums);
    const C n = count_in<Arch, C>(x.n);
    for (std::size_t r = 0; r < x.count; ++r) results<Arch, T>::store(sums[r] / n, y + r);
  }
};

}  // namespace permdelta

#pragma once

#include <cstddef>

#include "kernels/operation/store.hpp"

namespace permdelta {

/// `mean`: y[0] = T( S(x) / n ); NaN where there are no elements.
struct mean_operation {
  static constexpr permdelta::operation operation = permdelta::operation::mean;

  template <class Arch, element T>
  static void run(auto& method, elements<Arch, T> x, T* y, double /*eps*/) noexcept {
    using C = compute_t<T>;
    const C sum = method.sum(x);
    results<Arch, T>::store(sum / count_in<Arch, C>(x.size()), y);
  }
};

}  // namespace permdelta

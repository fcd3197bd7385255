#pragma once

#include <cstddef>

#include "kernels/operation/store.hpp"

namespace permdelta {

/// `mean`: y[0] = T( S(x) / n ); NaN where there are no elements.
struct mean {
  static constexpr permdelta::operation operation = permdelta::operation::mean;

  template <class Arch, class Method, element T>
  static void run(const T* x, std::size_t n, T* y) noexcept {
    using C = compute_t<T>;
    results<Arch, T>::store(Method::sum(elements<Arch, T>{x, n}) / static_cast<C>(n), y);
  }
};

}  // namespace permdelta

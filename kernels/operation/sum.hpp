#pragma once

#include <cstddef>

#include "kernels/operation/store.hpp"

namespace permdelta {

/// `sum`: y[0] = T( S(x) ).
struct sum {
  static constexpr permdelta::operation operation = permdelta::operation::sum;

  template <class Arch, class Method, element T>
  static void run(const T* x, std::size_t n, T* y) noexcept {
    results<Arch, T>::store(Method::sum(elements<Arch, T>{x, n}), y);
  }
};

}  // namespace permdelta

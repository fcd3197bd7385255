#pragma once

#include <cstddef>

#include "kernels/operation/store.hpp"

namespace permdelta {

/// `sum`: y[0] = T( S(x) ).
struct sum {
  static constexpr permdelta::operation operation = permdelta::operation::sum;

  template <class Arch, class Method, element T>
  static void run(const T* x, std::size_t n, T* y) noexcept {
    const elements<Arch, T> source{x, n};
    if constexpr (requires { Method::template rounded_sum<T>(source); })
      *y = Method::template rounded_sum<T>(source);  // once, not to C and then to T
    else
      results<Arch, T>::store(Method::sum(source), y);
  }
};

}  // namespace permdelta

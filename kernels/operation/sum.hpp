#pragma once

#include <cstddef>

#include "kernels/operation/store.hpp"

namespace permdelta {

/// `sum`: y[0] = T( S(x) ).
struct sum_operation {
  static constexpr permdelta::operation operation = permdelta::operation::sum;

  template <class Arch, element T>
  static void run(auto& method, elements<Arch, T> x, T* y, double /*eps*/) noexcept {
    if constexpr (requires { method.template rounded_sum<T>(x); })
      *y = method.template rounded_sum<T>(x);  // once, not to C and then to T
    else
      results<Arch, T>::store(method.sum(x), y);
  }
};

}  // namespace permdelta

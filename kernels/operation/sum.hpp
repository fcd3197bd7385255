#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/operation/rows.hpp"
#include "kernels/operation/store.hpp"

namespace permdelta {

/// `sum`: y[0] = T( S(x) ).
struct sum_operation {
  static constexpr permdelta::operation operation = permdelta::operation::sum;

  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double /*eps*/) noexcept {
    const auto row = [&](std::size_t r) { return x[r]; };
    if constexpr (!std::is_same_v<T, compute_t<T>> &&
                  requires { method.template rounded_sum<T>(x[0]); }) {
      // Once, not to the compute type and then to T.
      for (std::size_t r = 0; r < x.count; ++r) y[r] = method.template rounded_sum<T>(x[r]);
    } else {
      compute_t<T> sums[most_rows];
      sum_rows<Arch>(method, x.count, row, sums);
      for (std::size_t r = 0; r < x.count; ++r) results<Arch, T>::store(sums[r], y + r);
    }
  }
};

}  // namespace permdelta

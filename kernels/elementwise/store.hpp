#pragma once

/// Results on their way from the compute type to memory, rounded to T once.

#include <cstddef>
#include <type_traits>

#include "kernels/source.hpp"

namespace permdelta {

template <class Arch, element T>
struct results {
  using C = compute_t<T>;
  using vector = batch<Arch, C>;

  static void store(C value, T* y) noexcept {
    if constexpr (std::is_same_v<T, C>)
      *y = value;
    else
      *y = from_double<T>(static_cast<double>(value));
  }

  static void store(vector values, T* y) noexcept {
    if constexpr (std::is_same_v<T, C>)
      values.store_unaligned(y);
    else
      native<Arch>::narrow(values, y);
  }

  /// Past the caches, where there is such a store. y is aligned to a batch of C.
  static void stream(vector values, T* y) noexcept {
    if constexpr (std::is_same_v<T, C>)
      native<Arch>::stream(values, y);
    else
      store(values, y);  // there is none
  }

  /// The first `count` lanes.
  static void store_some(vector values, std::size_t count, T* y) noexcept {
    if constexpr (requires { native<Arch>::store_first(values, count, y); })
      return native<Arch>::store_first(values, count, y);
    T lanes[vector::size];
    store(values, lanes);
    for (std::size_t k = 0; k < count; ++k) y[k] = lanes[k];
  }
};

}  // namespace permdelta

#pragma once

/// What an operation is given: a few rows at a time, so that their latencies overlap, and so that a
/// method may add them side by side.

#include <cstddef>

#include "kernels/source.hpp"

namespace permdelta {

/// The most rows that an operation is given at a time. No batch has more lanes.
inline constexpr std::size_t most_rows = 16;

/// `count` rows of n elements, one after the other.
template <class Arch, element T>
struct few_rows {
  const T* data;
  std::size_t count;
  std::size_t n;
  bool far;  ///< what is written will have left the caches before anybody reads it

  [[nodiscard]] elements<Arch, T> operator[](std::size_t r) const noexcept {
    return {data + r * n, n};
  }
};

/// The sums of `count` sources, of which row(r) is one: all at once by a method that can.
template <class Arch, class Method, class Row, class C>
[[gnu::always_inline]] inline void sum_rows(Method& method, std::size_t count, Row row,
                                            C* sums) noexcept {
  if constexpr (requires { method.sums(count, row, sums); })
    method.sums(count, row, sums);
  else
    for (std::size_t r = 0; r < count; ++r) sums[r] = method.sum(row(r));
}

}  // namespace permdelta

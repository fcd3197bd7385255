#pragma once

/// What the functions that write to memory refuse, in C++ by an exception and in C by a status.

#include <functional>
#include <span>

#include "kernels/element.hpp"

namespace permdelta {

/// Whether x and y have an element in common; nothing overlaps nothing.
template <element T>
[[nodiscard]] bool overlap(std::span<const T> x, std::span<T> y) noexcept {
  const std::less<const T*> before;
  return !x.empty() && !y.empty() && before(x.data(), y.data() + y.size()) &&
         before(y.data(), x.data() + x.size());
}

/// Whether something can be added to a square root, or under it: not a negative number, nor NaN.
[[nodiscard]] inline bool is_eps(double eps) noexcept {
  return eps >= 0;
}

}  // namespace permdelta

#pragma once

/// A kernel as code.

#include <cstddef>

#include "kernels/primitives.hpp"

namespace permdelta {

/// What layernorm adds to the root of the variance, and rmsnorm to the mean of squares, where
/// nothing else is asked for.
inline constexpr double default_eps = 1e-6;

/// How many elements an operation writes for n elements read.
[[nodiscard, gnu::always_inline]] inline constexpr std::size_t output_size(operation op,
                                                                           std::size_t n) noexcept {
  return op == operation::sum || op == operation::mean ? 1 : n;
}

template <element T>
struct kernel_function;

template <element T>
using run_function = tier_counts (*)(const kernel_function<T>& by, const T* x, std::size_t rows,
                                     std::size_t n, T* y, double eps) noexcept;

/// A kernel's code: an operation by the primitives of a method and an instruction set. Any numbers
/// of rows and elements from 0, any alignment that T itself allows. `x` and `y` do not overlap.
/// Never throws, allocates or logs. Expects rounding to nearest, and no flush-to-zero.
template <element T>
struct kernel_function {
  const row_primitives<T>* row;
  const sum_primitives<T>* sums;
  run_function<T> run;

  /// Reduces each of the `rows` rows of n elements at `x`, which lie one after the other, and
  /// writes the results to `y`: output_size(operation, n) of them a row. `eps` is that of layernorm
  /// and rmsnorm, rounded to the compute type. Methods without tiers count none.
  tier_counts reduce(const T* x, std::size_t rows, std::size_t n, T* y, double eps) const noexcept {
    return run(*this, x, rows, n, y, eps);
  }

  /// One row.
  tier_counts operator()(const T* x, std::size_t n, T* y) const noexcept {
    return reduce(x, 1, n, y, default_eps);
  }
};

}  // namespace permdelta

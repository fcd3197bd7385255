#pragma once

/// Reductions as anybody would write them, for tests of what judges reductions.

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "tests/bench/typed.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {

inline constexpr std::array operations{operation::sum, operation::mean, operation::layernorm,
                                       operation::rmsnorm, operation::softmax};

template <class C>
[[nodiscard]] C left_to_right(std::span<const C> terms) noexcept {
  C sum = 0;
  for (const C term : terms) sum += term;
  return sum;
}

/// The operations as the README defines them, every step in C, over sum(std::span<const C>) -> C.
template <element T, class Sum>
void calculate(operation op, std::span<const T> x, std::span<T> y, const Sum& sum) {
  using C = compute_t<T>;
  const auto n = static_cast<C>(x.size());
  std::vector<C> values = computed<T>(x);
  const auto sum_of = [&](const std::vector<C>& terms) { return sum(std::span<const C>(terms)); };
  const auto mean_square = [&] {
    std::vector<C> squares;
    for (const C value : values) squares.push_back(value * value);
    return sum_of(squares) / n;
  };
  const auto eps = static_cast<C>(1e-6);
  C divisor = 1;
  switch (op) {
    case operation::sum:
      y[0] = stored<T>(sum_of(values));
      return;
    case operation::mean:
      y[0] = stored<T>(sum_of(values) / n);
      return;
    case operation::layernorm: {
      const C mean = sum_of(values) / n;
      for (C& value : values) value -= mean;
      divisor = std::sqrt(mean_square()) + eps;
      break;
    }
    case operation::rmsnorm:
      divisor = std::sqrt(mean_square() + eps);
      break;
    case operation::softmax: {
      const C highest = x.empty() ? C{0} : std::ranges::max(values);
      for (C& value : values) value = std::exp(value - highest);
      divisor = sum_of(values);
      break;
    }
  }
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = stored<T>(values[i] / divisor);
}

/// With sums from left to right.
template <element T>
[[nodiscard]] reduction<T> naive(operation op) {
  return [op](std::span<const T> x, std::span<T> y) {
    calculate<T>(op, x, y, left_to_right<compute_t<T>>);
  };
}

}  // namespace permdelta::test

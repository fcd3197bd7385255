#pragma once

/// Reductions as anybody would write them, for tests of what judges reductions.

#include <cmath>
#include <span>

#include "bench/study.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {

/// The operations as the README defines them: every step in C, the sums from left to right.
template <element T>
[[nodiscard]] reduction<T> naive(operation op) {
  return [op](std::span<const T> x, std::span<T> y) {
    using C = compute_t<T>;
    const auto n = static_cast<C>(x.size());
    C sum = 0;
    for (const T value : x) sum += computed(value);
    if (op == operation::sum) y[0] = stored<T>(sum);
    if (op == operation::mean) y[0] = stored<T>(sum / n);
    if (op != operation::layernorm) return;
    const C mean = sum / n;
    C squares = 0;
    for (const T value : x) squares += (computed(value) - mean) * (computed(value) - mean);
    const C d = std::sqrt(squares / n) + static_cast<C>(1e-6);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = stored<T>((computed(x[i]) - mean) / d);
  };
}

}  // namespace permdelta::test

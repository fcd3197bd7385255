#pragma once

/// The README's operations and methods, word for word, as scalar code.
/// The operations take any summation, so wrong ones can be fed to the checkers too.

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/catalog.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

template <class C>
[[nodiscard]] C sequential_sum(std::span<const C> x) noexcept {
  if (x.empty()) return C{0};
  C sum = C{-0.0};
  for (const C value : x) sum += value;
  return sum;
}

template <class C>
[[nodiscard]] C pairwise_sum(std::span<const C> x) noexcept {
  const std::size_t n = x.size();
  if (n < 8) return sequential_sum(x);
  if (n > 128) {
    const std::size_t half = n / 2 - (n / 2) % 8;
    return pairwise_sum(x.first(half)) + pairwise_sum(x.subspan(half));
  }
  C r[8] = {x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]};
  std::size_t i = 8;
  for (; i + 8 <= n; i += 8)
    for (std::size_t j = 0; j < 8; ++j) r[j] += x[i + j];
  C sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < n; ++i) sum += x[i];
  return sum;
}

template <class C>
[[nodiscard]] C lane_split_sum(std::span<const C> x, int lanes) {
  if (x.empty()) return C{0};
  const auto count = static_cast<std::size_t>(lanes);
  std::vector<C> lane(count, C{-0.0});
  for (std::size_t i = 0; i < x.size(); ++i) lane[i % count] += x[i];
  for (std::size_t half = count / 2; half > 0; half /= 2)
    for (std::size_t j = 0; j < half; ++j) lane[j] += lane[j + half];
  return lane[0];
}

/// The sum of a method that the definition fixes to the last bit (all but `kahan`).
template <class C>
[[nodiscard]] C fixed_order_sum(method m, int lanes, std::span<const C> x) {
  switch (m) {
    case method::sequential:
      return sequential_sum(x);
    case method::pairwise:
      return pairwise_sum(x);
    case method::lane_split:
      return lane_split_sum(x, lanes);
    case method::exact:
      return nearest<C>(exact_sum(std::vector<double>(x.begin(), x.end())));
    default:
      throw std::logic_error("method " + std::to_string(static_cast<int>(m)) +
                             " is not in tests/kernels/definition.hpp");
  }
}

/// An operation over a summation: sum(std::span<const C>) -> C.
template <element T, class Sum>
[[nodiscard]] std::vector<T> evaluate(operation op, std::span<const T> x, const Sum& sum,
                                      double eps = default_eps) {
  using C = compute_t<T>;
  const auto n = static_cast<C>(x.size());
  std::vector<C> values = computed(x);
  const C total = sum(std::span<const C>(values));
  if (op == operation::sum) return {stored<T>(total)};
  const C mean = total / n;
  if (op == operation::mean) return {stored<T>(mean)};

  std::vector<C> squares;
  squares.reserve(x.size());
  for (C& value : values) {
    value -= mean;
    squares.push_back(value * value);
  }
  const C variance = sum(std::span<const C>(squares)) / n;
  const C divisor = std::sqrt(variance) + static_cast<C>(eps);
  std::vector<T> y;
  y.reserve(x.size());
  for (const C centred : values) y.push_back(stored<T>(centred / divisor));
  return y;
}

}  // namespace permdelta::test

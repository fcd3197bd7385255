#pragma once

/// The README's operations and methods, word for word, as scalar code.
/// The operations take any summation, so wrong ones can be fed to the checkers too.

#include <cmath>
#include <cstddef>
#include <limits>
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

/// e^t for t <= 0, as kernels/exponential.hpp has it, step by step.
[[nodiscard]] inline float exponential(float t) noexcept {
  if (std::isnan(t)) return t;
  if (t < -104) return 0;
  const float shift = 12582912.0F + 191.0F;
  const float sum = t * 0x1.715476p0F + shift;
  const float k = sum - shift;
  const float z = t - k * 0x1.62e4p-1F;
  const float kl = k * 0x1.7f7d1cp-20F;
  const float r = z - kl;
  float p = 0x1.6a2452p-10F;
  for (const float c : {0x1.1239e2p-7F, 0x1.5558f2p-5F, 0x1.555492p-3F, 0x1.fffffcp-2F})
    p = p * r + c;
  return std::ldexp(((r * r * p - kl) + z) + 1, static_cast<int>(k));
}
[[nodiscard]] inline double exponential(double t) noexcept {
  if (std::isnan(t)) return t;
  if (t < -746) return 0;
  const double shift = 6755399441055744.0 + 1535.0;
  const double sum = t * 0x1.71547652b82fep0 + shift;
  const double k = sum - shift;
  const double z = t - k * 0x1.62e42fefa38p-1;
  const double kl = k * 0x1.ef35793c7673p-45;
  const double r = z - kl;
  double p = 0x1.1e3d2ae1b9f58p-29;
  for (const double c : {0x1.af6be7db3dc11p-26, 0x1.27e5b447b7c52p-22, 0x1.71ddf020d45ap-19,
                         0x1.a01a01368ece6p-16, 0x1.a01a01b37e34fp-13, 0x1.6c16c16c3048ep-10,
                         0x1.111111110ec5dp-7, 0x1.5555555555503p-5, 0x1.555555555555bp-3, 0x1p-1})
    p = p * r + c;
  return std::ldexp(((r * r * p - kl) + z) + 1, static_cast<int>(k));
}

/// An operation over a summation: sum(std::span<const C>) -> C.
template <element T, class Sum>
[[nodiscard]] std::vector<T> evaluate(operation op, std::span<const T> x, const Sum& sum,
                                      double eps = default_eps) {
  using C = compute_t<T>;
  const auto n = static_cast<C>(x.size());
  std::vector<C> values = computed(x);
  const auto sum_of = [&](auto term) {
    std::vector<C> terms;
    terms.reserve(x.size());
    for (const C value : values) terms.push_back(term(value));
    return sum(std::span<const C>(terms));
  };
  const auto square = [](C value) { return value * value; };
  const auto over = [&](C divisor) {
    std::vector<T> y;
    y.reserve(x.size());
    for (const C value : values) y.push_back(stored<T>(value / divisor));
    return y;
  };

  switch (op) {
    case operation::sum:
      return {stored<T>(sum(std::span<const C>(values)))};
    case operation::mean:
      return {stored<T>(sum(std::span<const C>(values)) / n)};
    case operation::layernorm: {
      const C mean = sum(std::span<const C>(values)) / n;
      for (C& value : values) value -= mean;
      return over(std::sqrt(sum_of(square) / n) + static_cast<C>(eps));
    }
    case operation::rmsnorm:
      return over(std::sqrt(sum_of(square) / n + static_cast<C>(eps)));
    case operation::softmax: {
      C largest = -std::numeric_limits<C>::infinity();
      for (const C value : values)
        if (!(value <= largest) && !std::isnan(largest)) largest = value;
      for (C& value : values) value = exponential(value - largest);
      return over(sum(std::span<const C>(values)));
    }
  }
  throw std::logic_error("an operation that is not in tests/kernels/definition.hpp");
}

}  // namespace permdelta::test

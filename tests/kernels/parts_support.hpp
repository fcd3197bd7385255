#pragma once

/// What the tests of rows in parts share: a loop over the parts, rows, and numbers of parts.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/parts.hpp"
#include "tests/kernels/exact_inputs.hpp"

namespace permdelta::test {

inline const part_loop ascending = [](std::size_t count, const auto& body) {
  for (std::size_t part = 0; part < count; ++part) body(part);
};

template <element T>
[[nodiscard]] std::vector<T> in_parts(const kernel& k, std::span<const T> x, std::size_t parts,
                                      const part_loop& loop = ascending) {
  std::vector<T> y(output_size(k.operation, x.size()));
  std::vector<partial_sum<compute_t<T>>> sums(parts);
  reduce_in_parts<T>(k, x, y, sums, loop);
  return y;
}

/// Of short rows, also more parts than there are elements.
[[nodiscard]] inline std::vector<std::size_t> part_counts(std::size_t n) {
  std::vector<std::size_t> counts{1, 2, 3, 8, 17};
  if (n < 300) counts.push_back(n + 40);
  return counts;
}

[[nodiscard]] inline std::vector<std::size_t> lengths() {
  return {0, 1, 2, 3, 7, 17, 100, 257, 1921, 4097, 20000};
}

/// All traps and shapes; sums of zero, in one part or in several, with -0 behind them; zeros alone;
/// a tie that is none; and infinities and NaN in one part or in two.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> part_inputs(std::size_t n) {
  splitmix64 random(n);
  std::vector<std::vector<T>> all;
  for (const auto& s : shapes) all.push_back(make_input<T>(s.kind, n, n));
  for (std::size_t kind = 0; kind < traps; ++kind) {
    all.emplace_back(n);
    fill(static_cast<trap>(kind), std::span<T>(all.back()), random);
  }
  std::vector<T> cancelled(n, opposite(T{}));
  const std::size_t quarter = n / 4;
  fill(trap::spread, std::span<T>(cancelled).first(quarter), random);
  std::transform(cancelled.begin(), cancelled.begin() + static_cast<std::ptrdiff_t>(quarter),
                 cancelled.begin() + static_cast<std::ptrdiff_t>(quarter), opposite<T>);
  all.push_back(cancelled);
  all.emplace_back(n, opposite(T{}));
  if (n == 0) return all;
  all.push_back(all.back());
  all.back()[n / 2] = T{};  // one +0 among -0
  all.emplace_back(n);      // a tie, and the trifle that decides it
  all.back()[0] = stored<T>(std::ldexp(compute_t<T>{1}, format_of<T>.digits));
  all.back()[n / 2] = stored<T>(1);
  all.back()[n - 1] = tiniest<T>();
  const T infinity = from_fields<T>(false, special_exponent<T>, 0);
  for (const T other :
       {infinity, opposite(infinity), from_fields<T>(false, special_exponent<T>, 1)}) {
    all.push_back(cancelled);
    all.back()[0] = infinity;
    all.back()[n - 1] = other;
  }
  return all;
}

}  // namespace permdelta::test

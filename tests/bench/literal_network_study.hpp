#pragma once

/// The study of a network written out, pass by pass.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include "bench/network_study.hpp"
#include "tests/bench/network_support.hpp"

namespace permdelta::test {

template <element T>
using layernorm_of_row = std::function<void(std::span<const T> x, std::span<T> y)>;

/// The features after each layer, where each row is normalized by itself.
template <element T>
using pass = std::vector<std::vector<T>>;

template <element T>
[[nodiscard]] pass<T> run_rows(const network_weights<compute_t<T>>& weights, network_shape of,
                               std::span<const T> x, const layernorm_of_row<T>& layernorm) {
  return layers_of<T>(weights, of, x, [&](std::span<const T> in, std::span<T> out) {
    for (std::size_t at = 0; at < in.size(); at += of.width)
      layernorm(in.subspan(at, of.width), out.subspan(at, of.width));
  });
}

/// Order k of a study: as it is, ascending, descending, then random.
template <element T>
[[nodiscard]] std::vector<position> order_of(std::span<const T> row, std::size_t k,
                                             random_orders& random) {
  std::vector<position> order(row.size());
  std::iota(order.begin(), order.end(), position{0});
  if (k > 2) return {random[k - 3].begin(), random[k - 3].end()};
  if (k > 0) std::ranges::stable_sort(order, {}, [&](position i) { return value_of(row[i]); });
  if (k == 2) std::ranges::reverse(order);
  return order;
}

/// The largest |feature of one pass - the same of another|.
template <element T>
[[nodiscard]] double distance(const pass<T>& one, const pass<T>& other, std::size_t layer) {
  double largest = 0;
  for (std::size_t i = 0; i < one.at(layer).size(); ++i)
    largest = std::max(largest, std::abs(value_of(one[layer][i]) - value_of(other.at(layer)[i])));
  return largest;
}

/// Between any two of them.
template <element T>
[[nodiscard]] double spread_of(const std::vector<pass<T>>& passes, std::size_t layer) {
  double largest = 0;
  for (const auto& one : passes)
    for (const auto& other : passes) largest = std::max(largest, distance<T>(one, other, layer));
  return largest;
}

template <element T>
[[nodiscard]] network_study_result literal_network_study(
    const reduction<T>& layernorm, const network_weights<compute_t<T>>& weights, network_shape of,
    std::span<const T> x, std::span<const T> correct, random_orders& random) {
  std::vector<pass<T>> passes, cut, by_isa;
  for (std::size_t k = 0; k <= random.size(); ++k)
    passes.push_back(run_rows<T>(weights, of, x, [&](std::span<const T> row, std::span<T> y) {
      const auto order = order_of<T>(row, k, random);
      std::vector<T> permuted, result(row.size());
      for (const position i : order) permuted.push_back(row[i]);
      layernorm(permuted, result);
      for (std::size_t i = 0; i < row.size(); ++i) y[order[i]] = result[i];
    }));
  for (std::size_t parts = 1; parts <= 64; parts += parts < 16 ? 1 : parts)
    if (layernorm.in_parts)
      cut.push_back(run_rows<T>(weights, of, x, [&](std::span<const T> row, std::span<T> y) {
        layernorm.in_parts(row, parts, y);
      }));
  for (const reduction<T>& other : layernorm.by_isa)
    by_isa.push_back(run_rows<T>(weights, of, x, [&](auto row, auto y) { other(row, y); }));

  network_study_result result;
  std::set<std::vector<std::uint64_t>> patterns;
  double error = 0, highest = 0;
  for (const T value : correct) highest = std::max(highest, std::abs(value_of(value)));
  for (const auto& one : passes) {
    std::vector<std::uint64_t> pattern;
    for (std::size_t i = 0; i < correct.size(); ++i) {
      pattern.push_back(bits_of(one.back()[i]));
      error = std::max(error, std::abs(value_of(one.back()[i]) - value_of(correct[i])));
    }
    patterns.insert(pattern);
  }
  const double ulp = ulp_at<T>(highest);
  const std::size_t end = of.layers - 1;
  result.layer_deltas.resize(of.layers);
  for (std::size_t l = 0; l < of.layers; ++l)
    for (const auto& one : passes)  // from the order that the features have
      result.layer_deltas[l] = std::max(result.layer_deltas[l], distance<T>(one, passes[0], l));
  result.last.max_perm_delta = result.layer_deltas.back();
  result.last.perm_delta_ulp = result.last.max_perm_delta / ulp;
  result.last.distinct_results = patterns.size();
  result.last.max_error_ulp = error / ulp;
  result.last.orders = random.size();
  if (!cut.empty()) result.last.split_delta_ulp = spread_of<T>(cut, end) / ulp;
  if (!by_isa.empty()) result.last.isa_delta_ulp = spread_of<T>(by_isa, end) / ulp;
  return result;
}

}  // namespace permdelta::test

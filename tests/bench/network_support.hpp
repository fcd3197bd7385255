#pragma once

/// What the tests of the network share: inputs, and a layernorm that anybody would write.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/network_study.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {

[[nodiscard]] inline std::string describe(network_shape of) {
  return std::to_string(of.rows) + "x" + std::to_string(of.width) + "x" + std::to_string(of.layers);
}

/// One row, one layer, odd widths, one feature, and a deep one.
inline constexpr std::array<network_shape, 7> network_shapes{
    {{1, 2, 1}, {1, 16, 1}, {3, 7, 5}, {2, 33, 3}, {5, 1, 2}, {1, 13, 20}, {4, 64, 20}}};

inline constexpr std::size_t layers_in_all = 1 + 1 + 5 + 3 + 2 + 20 + 20;
inline constexpr std::size_t features_in_all =
    2 + 16 + 3 * 7 * 5 + 2 * 33 * 3 + 5 * 2 + 13 * 20 + 4 * 64 * 20;

/// What one may get wrong in such a network.
enum class fault : std::uint8_t {
  none,
  no_relu,
  inner_transposed,
  outer_transposed,
  no_residual,
  no_centring,
  eps_elsewhere,  ///< under the root instead of after it, or the other way
  outer_unscaled  ///< W without the number of layers
};
inline constexpr std::array faults{
    fault::no_relu,     fault::inner_transposed, fault::outer_transposed, fault::no_residual,
    fault::no_centring, fault::eps_elsewhere,    fault::outer_unscaled};

/// The deviation of the input where it shows: an eps, beside a small one.
[[nodiscard]] constexpr double scale_that_shows(fault each) noexcept {
  return each == fault::eps_elsewhere ? 1e-3 : 1;
}

/// Normal numbers, whatever their number: of bfloat16, rounded from float.
template <element T>
[[nodiscard]] std::vector<T> features_of(network_shape of, std::uint64_t seed, double scale = 1) {
  std::vector<T> x;
  for (const float value : make_input<float>(distribution::normal, of.features(), seed))
    x.push_back(from_double<T>(static_cast<double>(value) * scale));
  return x;
}

/// Row by row, every step in the compute type, sums from left to right, eps after the root.
template <element T>
[[nodiscard]] row_normalization<T> naive_rows(std::size_t width) {
  return [width](std::span<const T> x, std::span<T> y) {
    for (std::size_t at = 0; at < x.size(); at += width)
      naive<T>(operation::layernorm)(x.subspan(at, width), y.subspan(at, width));
  };
}

template <element T>
[[nodiscard]] std::vector<T> network_reference(const network_weights<compute_t<T>>& weights,
                                               network_shape of, std::span<const T> x,
                                               eps_place place) {
  return narrowed<T>(permdelta::network_reference(weights, of, widened(x), place, format_of<T>));
}

template <element T>
[[nodiscard]] network_study_result study_network(const reduction<T>& layernorm,
                                                 const network_weights<compute_t<T>>& weights,
                                                 network_shape of, std::span<const T> x,
                                                 std::span<const T> correct,
                                                 random_orders& orders) {
  return permdelta::study_network(pass_of<T>(layernorm, weights, of, x), *as_judged(layernorm),
                                  of.layers, widened(correct), orders);
}

/// What `forward` leaves behind, layer by layer.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> layers_of(const network_weights<compute_t<T>>& weights,
                                                    network_shape of, std::span<const T> x,
                                                    const row_normalization<T>& normalize) {
  network_memory<T> memory(of);
  std::vector<std::vector<T>> layers;
  forward<T>(weights, of, x, normalize, memory, [&](std::size_t, std::span<const T> features) {
    layers.emplace_back(features.begin(), features.end());
  });
  return layers;
}

}  // namespace permdelta::test

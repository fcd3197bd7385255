#include "bench/network.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <type_traits>

#include "bench/double_double.hpp"
#include "bench/input.hpp"
#include "bench/matrix_product.hpp"
#include "bench/random.hpp"

namespace permdelta {
namespace {

// What one feature's arithmetic is in a reference.
template <class C>
using precise_t = std::conditional_t<std::same_as<C, double>, double_double, double>;

double_double widened(double value, double_double) noexcept {
  return {value, 0};
}
double widened(double value, double) noexcept {
  return value;
}
double sign_of(double_double value) noexcept {
  return value.high;
}
double sign_of(double value) noexcept {
  return value;
}

template <class R>
void normalize(std::span<R> row, eps_place place, double eps) {
  using std::sqrt;
  const auto n = static_cast<double>(row.size());
  R sum{};
  for (const R& value : row) sum = sum + value;
  const R mean = sum / R{n};
  R squares{};
  for (R& value : row) {
    value = value - mean;
    squares = squares + value * value;
  }
  const R variance = squares / R{n};
  const R divisor = place == eps_place::under_root ? sqrt(variance + eps) : sqrt(variance) + eps;
  for (R& value : row) value = value / divisor;
}

// to = from * weights, row by row.
template <class R, class C>
void multiply(std::span<const R> from, std::span<const C> weights, std::span<R> to) {
  const std::size_t width = from.size();
  std::ranges::fill(to, R{});
  for (std::size_t i = 0; i < width; ++i) {
    if (sign_of(from[i]) == 0) continue;  // relu makes half of them so
    for (std::size_t j = 0; j < width; ++j)
      to[j] = to[j] + from[i] * static_cast<double>(weights[i * width + j]);
  }
}

}  // namespace

template <class C>
network_weights<C> make_weights(network_shape of, std::uint64_t seed) {
  const auto matrix = [&](std::size_t layer, std::uint64_t which, double scale) {
    constexpr std::uint64_t stream = 0x6E6574776F726B;  // "network"
    const std::uint64_t own_seed = random_bits{stream, seed, layer, which}();
    const auto drawn =
        draw(distribution::normal, of.width * of.width, own_seed, element_type::fp64);
    std::vector<C> weights(drawn.size());
    std::ranges::transform(drawn, weights.begin(),
                           [&](double value) { return static_cast<C>(value * scale); });
    return weights;
  };
  const double scale = 1 / std::sqrt(static_cast<double>(of.width));
  const double branch = scale / std::sqrt(static_cast<double>(of.layers));
  network_weights<C> weights;
  for (std::size_t l = 0; l < of.layers; ++l) {
    weights.inner.push_back(matrix(l, 0, scale));
    weights.outer.push_back(matrix(l, 1, branch));
  }
  return weights;
}

template <element T>
network_memory<T>::network_memory(network_shape of)
    : features(of.features()),
      normalized(of.features()),
      left(of.features()),
      right(of.features()) {}

template <element T>
void forward(const network_weights<compute_t<T>>& weights, network_shape of, std::span<const T> x,
             const row_normalization<T>& normalize_rows, network_memory<T>& memory,
             const std::function<void(std::size_t, std::span<const T>)>& after) {
  using C = compute_t<T>;
  auto& [features, normalized, left, right] = memory;
  const auto value_of = [](T value) { return static_cast<C>(to_double(value)); };
  std::ranges::copy(x, features.begin());
  for (std::size_t l = 0; l < of.layers; ++l) {
    normalize_rows(features, normalized);
    std::ranges::transform(normalized, left.begin(), value_of);
    matrix_product(left.data(), weights.inner[l].data(), right.data(), of.rows, of.width, of.width);
    for (C& value : right) value = value < 0 ? C{0} : value;  // NaN stays
    matrix_product(right.data(), weights.outer[l].data(), left.data(), of.rows, of.width, of.width);
    for (std::size_t i = 0; i < features.size(); ++i)
      features[i] = from_double<T>(static_cast<double>(value_of(features[i]) + left[i]));
    if (after) after(l, features);
  }
}

template <class C>
std::vector<double> network_reference(const network_weights<C>& weights, network_shape of,
                                      std::span<const double> x, eps_place place,
                                      const format& storage) {
  using R = precise_t<C>;
  const auto eps = static_cast<double>(static_cast<C>(1e-6));
  std::vector<double> result;
  result.reserve(x.size());
  std::vector<R> features(of.width), hidden(of.width), product(of.width);
  for (std::size_t r = 0; r < of.rows; ++r) {
    for (std::size_t i = 0; i < of.width; ++i) features[i] = widened(x[r * of.width + i], R{});
    for (std::size_t l = 0; l < of.layers; ++l) {
      hidden = features;
      normalize<R>(hidden, place, eps);
      multiply<R, C>(hidden, weights.inner[l], product);
      for (R& value : product)
        if (sign_of(value) <= 0) value = R{};  // NaN stays
      multiply<R, C>(product, weights.outer[l], hidden);
      for (std::size_t i = 0; i < of.width; ++i) features[i] = features[i] + hidden[i];
    }
    for (const R& value : features) result.push_back(rounded(value, storage));
  }
  return result;
}

template network_weights<double> make_weights<double>(network_shape, std::uint64_t);
template network_weights<float> make_weights<float>(network_shape, std::uint64_t);

template struct network_memory<double>;
template void forward<double>(const network_weights<compute_t<double>>&, network_shape,
                              std::span<const double>, const row_normalization<double>&,
                              network_memory<double>&,
                              const std::function<void(std::size_t, std::span<const double>)>&);
template struct network_memory<float>;
template void forward<float>(const network_weights<compute_t<float>>&, network_shape,
                             std::span<const float>, const row_normalization<float>&,
                             network_memory<float>&,
                             const std::function<void(std::size_t, std::span<const float>)>&);
template struct network_memory<fp16>;
template void forward<fp16>(const network_weights<compute_t<fp16>>&, network_shape,
                            std::span<const fp16>, const row_normalization<fp16>&,
                            network_memory<fp16>&,
                            const std::function<void(std::size_t, std::span<const fp16>)>&);
template struct network_memory<bf16>;
template void forward<bf16>(const network_weights<compute_t<bf16>>&, network_shape,
                            std::span<const bf16>, const row_normalization<bf16>&,
                            network_memory<bf16>&,
                            const std::function<void(std::size_t, std::span<const bf16>)>&);

template std::vector<double> network_reference(const network_weights<double>&, network_shape,
                                               std::span<const double>, eps_place, const format&);
template std::vector<double> network_reference(const network_weights<float>&, network_shape,
                                               std::span<const double>, eps_place, const format&);

}  // namespace permdelta

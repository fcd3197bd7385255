/// The network's forward pass: each layer is within the bounds of the definition.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tests/bench/network_support.hpp"

namespace permdelta::test {
namespace {

template <class Number>
[[nodiscard]] long double as_long(Number value) {
  return static_cast<long double>(value);
}

/// Between which numbers a sum of products lies, in whatever order C adds it up, with or without
/// FMA, where each factor is off by as much as it says.
struct estimate {
  long double value = 0;
  long double error = 0;
};

/// |computed - exact| <= n u sum |a b| for n terms, whatever n (Jeannerod and Rump, 2013); one more
/// is for the long doubles here.
template <class C>
[[nodiscard]] std::vector<estimate> times(const std::vector<estimate>& row,
                                          const std::vector<C>& matrix, bool transposed) {
  const std::size_t width = row.size();
  std::vector<estimate> product(width);
  for (std::size_t j = 0; j < width; ++j) {
    long double sizes = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const long double weight = as_long(matrix.at(transposed ? j * width + i : i * width + j));
      product[j].value += row[i].value * weight;
      product[j].error += row[i].error * std::abs(weight);
      sizes += (std::abs(row[i].value) + row[i].error) * std::abs(weight);
    }
    product[j].error += as_long(width + 1) * as_long(unit_roundoff<C>) * sizes;
  }
  return product;
}

/// The smallest and largest features that one layer may make of a row. Rounding is monotone, so
/// these are the rounded ends of what its sum, calculated in C, may be.
template <element T>
struct range {
  std::vector<T> least;
  std::vector<T> most;
  [[nodiscard]] bool holds(std::size_t i, T value) const {
    return value_of(least[i]) <= value_of(value) && value_of(value) <= value_of(most[i]);
  }
};

template <element T>
[[nodiscard]] T rounded(long double value) {
  if constexpr (std::same_as<T, compute_t<T>>)
    return static_cast<T>(value);
  else
    return nearest_short<T>(static_cast<double>(value));
}

/// As naive<T> has it, but for the fault.
template <element T>
void normalize(std::span<const T> x, std::span<T> y, fault with) {
  using C = compute_t<T>;
  std::vector<C> values = computed<T>(x), squares;
  const auto n = static_cast<C>(x.size());
  const auto eps = static_cast<C>(1e-6);
  const C mean = left_to_right(std::span<const C>(values)) / n;
  for (C& value : values) {
    if (with != fault::no_centring) value -= mean;
    squares.push_back(value * value);
  }
  const C variance = left_to_right(std::span<const C>(squares)) / n;
  const C divisor =
      with == fault::eps_elsewhere ? std::sqrt(variance + eps) : std::sqrt(variance) + eps;
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = stored<T>(values[i] / divisor);
}

template <element T>
[[nodiscard]] range<T> one_layer(const network_weights<compute_t<T>>& weights, std::size_t layers,
                                 std::size_t l, std::span<const T> row, fault with = fault::none) {
  using C = compute_t<T>;
  std::vector<T> normalized(row.size());
  normalize<T>(row, normalized, with);
  std::vector<estimate> branch;
  for (const T value : normalized) branch.push_back({as_long(value_of(value)), 0});
  branch = times(branch, weights.inner.at(l), with == fault::inner_transposed);
  for (estimate& h : branch)  // moves no two numbers further apart
    if (with != fault::no_relu) h.value = std::max(h.value, 0.0L);
  branch = times(branch, weights.outer.at(l), with == fault::outer_transposed);
  range<T> result;
  for (std::size_t i = 0; i < row.size(); ++i) {
    auto [value, error] = branch[i];
    if (with == fault::outer_unscaled) value *= std::sqrt(as_long(layers));
    if (with != fault::no_residual) value += as_long(value_of(row[i]));
    // Of a short T, the sum is rounded to C before.
    if (!std::same_as<T, C>) error += as_long(unit_roundoff<C>) * (std::abs(value) + error);
    result.least.push_back(rounded<T>(value - error));
    result.most.push_back(rounded<T>(value + error));
  }
  return result;
}

template <class T>
class network_bounds_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(network_bounds_of, element_types);

/// From what the layer before really left behind, so that no error is carried on.
TYPED_TEST(network_bounds_of, each_layer_is_the_definitions) {
  using T = TypeParam;
  tally within;
  std::size_t decided = 0;  // features of which the bounds leave one
  for (const network_shape of : network_shapes)
    for (const double scale : {1.0, 1e-3}) {
      const auto weights = make_weights<compute_t<T>>(of, 42);
      auto before = features_of<T>(of, 7, scale);
      const auto layers = layers_of<T>(weights, of, before, naive_rows<T>(of.width));
      ASSERT_EQ(layers.size(), of.layers);
      for (std::size_t l = 0; l < of.layers; ++l) {
        ASSERT_EQ(layers[l].size(), of.features());
        for (std::size_t r = 0; r < of.rows; ++r) {
          const auto row = std::span<const T>(before).subspan(r * of.width, of.width);
          const auto right = one_layer<T>(weights, of.layers, l, row);
          for (std::size_t i = 0; i < of.width; ++i) {
            const T got = layers[l][r * of.width + i];
            decided += same(right.least[i], right.most[i]);
            within.check(right.holds(i, got), [&] {
              return describe(of) + ", layer " + std::to_string(l) + ", row " + std::to_string(r) +
                     ", feature " + std::to_string(i) + ": " + show(got) + " is not in " +
                     show(right.least[i]) + " ... " + show(right.most[i]);
            });
          }
        }
        before = layers[l];
      }
    }
  EXPECT_EQ(within.compared(), 2U * features_in_all);
  // 2^-24 beside 2^-11 or 2^-8: the products' errors seldom decide how 16 bits are rounded.
  EXPECT_GE(decided, sizeof(T) == 2 ? within.compared() / 2 : 0);
}

/// The bounds tell: each fault leaves them in the first layer already.
TYPED_TEST(network_bounds_of, a_wrong_layer_is_not_within) {
  using T = TypeParam;
  tally told;
  for (const network_shape of : {network_shape{3, 7, 5}, network_shape{2, 33, 3}})
    for (const fault each : faults) {
      const auto weights = make_weights<compute_t<T>>(of, 42);
      const auto x = features_of<T>(of, 7, scale_that_shows(each));
      const auto first = layers_of<T>(weights, of, x, naive_rows<T>(of.width)).at(0);
      std::size_t outside = 0;
      for (std::size_t r = 0; r < of.rows; ++r) {
        const auto row = std::span<const T>(x).subspan(r * of.width, of.width);
        const auto wrong = one_layer<T>(weights, of.layers, 0, row, each);
        for (std::size_t i = 0; i < of.width; ++i)
          outside += !wrong.holds(i, first[r * of.width + i]);
      }
      told.check(outside > of.features() / 2, [&] {
        return describe(of) + ", fault " + std::to_string(static_cast<int>(each)) + ": only " +
               std::to_string(outside) + " features are outside";
      });
    }
  EXPECT_EQ(told.compared(), 2U * faults.size());
}

}  // namespace
}  // namespace permdelta::test

/// The network's weights, and its forward pass as a sequence of steps.

#include "bench/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/matrix_product.hpp"
#include "tests/bench/network_support.hpp"

namespace permdelta::test {
namespace {

template <class C>
class network_weights_of : public testing::Test {};
using compute_types = testing::Types<double, float>;
TYPED_TEST_SUITE(network_weights_of, compute_types);

TYPED_TEST(network_weights_of, follow_the_seed_alone) {
  using C = TypeParam;
  const network_shape of{2, 17, 3};
  const auto weights = make_weights<C>(of, 42);
  ASSERT_EQ(weights.inner.size(), of.layers);
  ASSERT_EQ(weights.outer.size(), of.layers);
  for (std::size_t l = 0; l < of.layers; ++l) {
    EXPECT_EQ(weights.inner[l].size(), of.width * of.width);
    EXPECT_EQ(weights.outer[l].size(), of.width * of.width);
  }
  const auto again = make_weights<C>(of, 42);
  EXPECT_EQ(weights.inner, again.inner);
  EXPECT_EQ(weights.outer, again.outer);
}

TEST(network_weights, of_floats_are_the_doubles_rounded) {
  const network_shape of{1, 31, 4};
  const auto narrow = make_weights<float>(of, 3);
  const auto wide = make_weights<double>(of, 3);
  tally agreed;
  std::size_t rounded = 0;
  const auto compare = [&](const auto& floats, const auto& doubles) {
    for (std::size_t l = 0; l < of.layers; ++l)
      for (std::size_t i = 0; i < of.width * of.width; ++i) {
        agreed.check(floats.at(l).at(i) == static_cast<float>(doubles.at(l).at(i)),
                     [&] { return show(floats[l][i]) + " of " + show(doubles[l][i]); });
        rounded += static_cast<double>(floats[l][i]) != doubles[l][i];
      }
  };
  compare(narrow.inner, wide.inner);
  compare(narrow.outer, wide.outer);
  EXPECT_EQ(agreed.compared(), 2U * 4U * 31U * 31U);
  EXPECT_GT(rounded, agreed.compared() / 2);
}

/// Each matrix has the mean, variance and fourth moment of its normal numbers, and no two of them,
/// of other layers, kinds or seeds, have to do with each other: within five standard deviations of
/// each statistic.
TEST(network_weights, are_independent_normal_numbers_of_the_scale) {
  const network_shape of{64, 256, 3};
  const double width = 256, layers = 3, n = 256 * 256;
  std::vector<std::vector<double>> matrices;  // as N(0, 1)
  for (const std::uint64_t seed : {1U, 2U}) {
    const auto weights = make_weights<double>(of, seed);
    const auto take = [&](std::vector<double> matrix, double variance) {
      for (double& weight : matrix) weight /= std::sqrt(variance);
      matrices.push_back(std::move(matrix));
    };
    for (const auto& matrix : weights.inner) take(matrix, 1 / width);
    for (const auto& matrix : weights.outer) take(matrix, 1 / (width * layers));
  }
  tally within;
  const auto expect = [&](double found, double right, double deviation, const char* what) {
    within.check(std::abs(found - right) < 5 * deviation,
                 [&] { return std::string(what) + ": " + std::to_string(found); });
  };
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    double first = 0, second = 0, fourth = 0;
    for (const double z : matrices[m]) {
      first += z;
      second += z * z;
      fourth += z * z * z * z;
    }
    expect(first / n, 0, 1 / std::sqrt(n), "mean");
    expect(second / n, 1, std::sqrt(2 / n), "variance");
    expect(fourth / n, 3, std::sqrt(96 / n), "fourth moment");  // E z^8 - 9
    for (std::size_t other = 0; other < m; ++other) {
      double product = 0;
      for (std::size_t i = 0; i < matrices[m].size(); ++i)
        product += matrices[m][i] * matrices[other][i];
      expect(product / n, 0, 1 / std::sqrt(n), "correlation");
    }
  }
  EXPECT_EQ(within.compared(), 12U * 3U + 12U * 11U / 2U);
}

template <class T>
class network_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(network_of, element_types);

/// With the products that everybody calls, nothing is left open.
TYPED_TEST(network_of, has_the_bits_of_its_steps) {
  using T = TypeParam;
  using C = compute_t<T>;
  tally agreed;
  for (const network_shape of : network_shapes) {
    const auto weights = make_weights<C>(of, 5);
    auto x = features_of<T>(of, 6);
    const auto layers = layers_of<T>(weights, of, x, naive_rows<T>(of.width));
    ASSERT_EQ(layers.size(), of.layers);
    for (std::size_t l = 0; l < of.layers; ++l) {
      std::vector<T> normalized(x.size());
      naive_rows<T>(of.width)(x, normalized);
      const auto left = computed<T>(normalized);
      std::vector<C> hidden(x.size()), branch(x.size());
      matrix_product(left.data(), weights.inner[l].data(), hidden.data(), of.rows, of.width,
                     of.width);
      for (C& h : hidden) h = std::max(h, C{0});
      matrix_product(hidden.data(), weights.outer[l].data(), branch.data(), of.rows, of.width,
                     of.width);
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = stored<T>(computed(x[i]) + branch[i]);
        agreed.check(same(layers[l][i], x[i]), [&] {
          return describe(of) + ", layer " + std::to_string(l) + ", feature " + std::to_string(i) +
                 ": " + show(layers[l][i]) + ", step by step " + show(x[i]);
        });
      }
    }
  }
  EXPECT_EQ(agreed.compared(), features_in_all);
}

TYPED_TEST(network_of, calls_its_layernorm_and_after_once_a_layer) {
  using T = TypeParam;
  const network_shape of{3, 9, 4};
  const auto weights = make_weights<compute_t<T>>(of, 1);
  const auto x = features_of<T>(of, 2);
  const auto kept = x;
  network_memory<T> memory(of);
  std::vector<std::vector<T>> asked, told;
  const row_normalization<T> spy = [&](std::span<const T> in, std::span<T> out) {
    EXPECT_EQ(out.size(), of.features());
    EXPECT_EQ(asked.size(), told.size());  // in turns
    asked.emplace_back(in.begin(), in.end());
    naive_rows<T>(of.width)(in, out);
  };
  forward<T>(weights, of, x, spy, memory, [&](std::size_t l, std::span<const T> features) {
    EXPECT_EQ(l, told.size());
    EXPECT_EQ(asked.size(), l + 1);
    told.emplace_back(features.begin(), features.end());
  });
  ASSERT_EQ(asked.size(), of.layers);
  ASSERT_EQ(told.size(), of.layers);
  tally agreed;
  for (std::size_t l = 0; l < of.layers; ++l)
    agreed.check(same<T>(asked[l], l == 0 ? x : told[l - 1]),
                 [&] { return "the input of layer " + std::to_string(l); });
  agreed.check(same<T>(memory.features, told.back()), [] { return "memory.features"; });
  agreed.check(same<T>(x, kept), [] { return "the rows x"; });
  EXPECT_EQ(agreed.compared(), of.layers + 2);
}

/// Nor does it matter who looks, or what is in the memory; and it stays where it is.
TYPED_TEST(network_of, memory_is_only_memory) {
  using T = TypeParam;
  using C = compute_t<T>;
  const network_shape of{3, 9, 4};
  const auto weights = make_weights<C>(of, 1);
  const auto x = features_of<T>(of, 2);
  const auto right = layers_of<T>(weights, of, x, naive_rows<T>(of.width)).back();
  network_memory<T> memory(of);
  const auto places = [&] {
    return std::vector<const void*>{memory.features.data(), memory.normalized.data(),
                                    memory.left.data(), memory.right.data()};
  };
  const auto at = places();
  tally agreed;
  for (const double rubbish : {std::numeric_limits<double>::quiet_NaN(), 1e4, -0.0}) {
    std::ranges::fill(memory.features, from_double<T>(rubbish));
    std::ranges::fill(memory.normalized, from_double<T>(rubbish));
    std::ranges::fill(memory.left, static_cast<C>(rubbish));
    std::ranges::fill(memory.right, static_cast<C>(rubbish));
    forward<T>(weights, of, x, naive_rows<T>(of.width), memory);
    agreed.check(same<T>(memory.features, right), [&] { return show(rubbish); });
    agreed.check(places() == at, [] { return "the memory has moved"; });
  }
  EXPECT_EQ(agreed.compared(), 6U);
}

TYPED_TEST(network_of, is_its_layers_one_after_the_other) {
  using T = TypeParam;
  tally agreed;
  for (const network_shape of : network_shapes) {
    const auto weights = make_weights<compute_t<T>>(of, 8);
    auto x = features_of<T>(of, 9);
    const auto right = layers_of<T>(weights, of, x, naive_rows<T>(of.width));
    for (std::size_t l = 0; l < of.layers; ++l) {
      const network_weights<compute_t<T>> one{{weights.inner[l]}, {weights.outer[l]}};
      const network_shape shallow{of.rows, of.width, 1};
      x = layers_of<T>(one, shallow, x, naive_rows<T>(of.width)).at(0);
      agreed.check(same<T>(x, right.at(l)),
                   [&] { return describe(of) + ", layer " + std::to_string(l); });
    }
  }
  EXPECT_EQ(agreed.compared(), layers_in_all);
}

}  // namespace
}  // namespace permdelta::test

/// The study of a network against the same study written out, order by order, layer by layer.

#include "bench/network_study.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/parts.hpp"
#include "kernels/permdelta.hpp"
#include "tests/bench/literal_network_study.hpp"
#include "tests/bench/network_support.hpp"

namespace permdelta::test {
namespace {

constexpr std::uint64_t seed = 42;

/// From left to right, every partial sum rounded to T, so that the order shows in 16 bits too.
template <element T>
[[nodiscard]] compute_t<T> coarse_sum(std::span<const compute_t<T>> terms) {
  compute_t<T> sum = 0;
  for (const compute_t<T> term : terms) sum = computed(stored<T>(sum + term));
  return sum;
}

/// A layernorm that follows the order; in parts, which are added in their order; and two
/// "instruction sets", which begin at either end.
template <element T>
[[nodiscard]] reduction<T> follows_the_order() {
  using C = compute_t<T>;
  const reduction<T> forwards = [](std::span<const T> x, std::span<T> y) {
    calculate<T>(operation::layernorm, x, y, coarse_sum<T>);
  };
  const reduction<T> backwards = [](std::span<const T> x, std::span<T> y) {
    calculate<T>(operation::layernorm, x, y, [](std::span<const C> terms) {
      return coarse_sum<T>(std::vector<C>(terms.rbegin(), terms.rend()));
    });
  };
  reduction<T> run = forwards;
  run.in_parts = [](std::span<const T> x, std::size_t parts, std::span<T> y) {
    calculate<T>(operation::layernorm, x, y, [parts](std::span<const C> terms) {
      std::vector<C> sums;
      for (std::size_t p = 0; p < parts; ++p) {
        const std::size_t from = terms.size() * p / parts, to = terms.size() * (p + 1) / parts;
        sums.push_back(coarse_sum<T>(terms.subspan(from, to - from)));
      }
      return coarse_sum<T>(sums);
    });
  };
  run.by_isa = {forwards, backwards};
  return run;
}

/// permdelta's own, whose order does not matter.
template <element T>
[[nodiscard]] reduction<T> exact() {
  reduction<T> run = [](std::span<const T> x, std::span<T> y) { permdelta::layernorm(x, y); };
  run.in_parts = [](std::span<const T> x, std::size_t parts, std::span<T> y) {
    const kernel* k =
        find_kernel(operation::layernorm, method::exact, element_type_of<T>, best_isa());
    std::vector<partial_sum<compute_t<T>>> sums(parts);
    reduce_in_parts<T>(*k, x, y, sums, [](std::size_t count, const auto& body) {
      for (std::size_t part = 0; part < count; ++part) body(part);
    });
  };
  for (const isa each : compiled_isas()) {
    if (!runnable(each)) continue;
    const kernel* k = find_kernel(operation::layernorm, method::exact, element_type_of<T>, each);
    run.by_isa.emplace_back(
        [of = std::get<kernel_function<T>>(k->run)](std::span<const T> x, std::span<T> y) {
          of(x.data(), x.size(), y.data());
        });
  }
  return run;
}

template <class T>
class network_study_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(network_study_of, element_types);

void expect_same(const network_study_result& got, const network_study_result& right,
                 const std::string& label) {
  EXPECT_EQ(got.layer_deltas, right.layer_deltas) << label;
  EXPECT_EQ(got.last.max_perm_delta, right.last.max_perm_delta) << label;
  EXPECT_EQ(got.last.perm_delta_ulp, right.last.perm_delta_ulp) << label;
  EXPECT_EQ(got.last.distinct_results, right.last.distinct_results) << label;
  EXPECT_EQ(got.last.max_error_ulp, right.last.max_error_ulp) << label;
  EXPECT_EQ(got.last.orders, right.last.orders) << label;
  EXPECT_EQ(got.last.split_delta_ulp, right.last.split_delta_ulp) << label;
  EXPECT_EQ(got.last.isa_delta_ulp, right.last.isa_delta_ulp) << label;
}

TYPED_TEST(network_study_of, is_the_study_written_out) {
  using T = TypeParam;
  std::size_t compared = 0, moved = 0, split = 0, apart = 0;
  for (const network_shape of : {network_shape{1, 16, 1}, {3, 7, 5}, {2, 33, 3}, {4, 64, 6}})
    for (const std::size_t count : {0U, 1U, 2U, 3U, 12U}) {
      const auto weights = make_weights<compute_t<T>>(of, seed);
      const auto x = features_of<T>(of, seed);
      const auto correct = network_reference<T>(weights, of, x, eps_place::after_root);
      random_orders orders(of.width, count, seed);
      const auto subject = follows_the_order<T>();
      const auto got = study_network<T>(subject, weights, of, x, correct, orders);
      const auto right = literal_network_study<T>(subject, weights, of, x, correct, orders);
      expect_same(got, right, describe(of) + ", " + std::to_string(count) + " orders");
      ++compared;
      for (const double delta : got.layer_deltas) moved += delta > 0;
      split += got.last.split_delta_ulp > 0;
      apart += got.last.isa_delta_ulp > 0;
    }
  EXPECT_EQ(compared, 4U * 5U);
  EXPECT_GE(moved, 45U);  // of 15 layers in orders other than the first, four times
  EXPECT_GE(split, 15U);
  EXPECT_GE(apart, 10U);
}

TYPED_TEST(network_study_of, an_exact_layernorm_does_not_move) {
  using T = TypeParam;
  const network_shape of{4, 64, 20};
  const auto weights = make_weights<compute_t<T>>(of, seed);
  const auto x = features_of<T>(of, seed);
  const auto correct = network_reference<T>(weights, of, x, eps_place::after_root);
  random_orders orders(of.width, 12, seed);
  const auto subject = exact<T>();
  const auto got = study_network<T>(subject, weights, of, x, correct, orders);
  EXPECT_EQ(got.layer_deltas, std::vector<double>(of.layers, 0.0));
  EXPECT_EQ(got.last.max_perm_delta, 0);
  EXPECT_EQ(got.last.perm_delta_ulp, 0);
  EXPECT_EQ(got.last.distinct_results, 1U);
  EXPECT_EQ(got.last.split_delta_ulp, 0.0);
  EXPECT_EQ(got.last.isa_delta_ulp, 0.0);
  EXPECT_EQ(got.last.orders, 12U);
  expect_same(got, literal_network_study<T>(subject, weights, of, x, correct, orders), "exact");
  // The guard: it did run, on these rows and in all these layers.
  EXPECT_GT(got.last.max_error_ulp, 0);
  std::size_t calls = 0;
  const reduction<T> counting = [&](std::span<const T> in, std::size_t rows, std::span<T> out) {
    calls += rows;
    EXPECT_EQ(in.size(), rows * of.width);
    subject(in, rows, out);
  };
  (void)study_network<T>(counting, weights, of, x, correct, orders);
  EXPECT_EQ(calls, 13U * of.layers * of.rows);
}

/// A subject that can't be cut, and is compiled once, has no such counters.
TYPED_TEST(network_study_of, says_nothing_of_what_there_is_not) {
  using T = TypeParam;
  const network_shape of{2, 8, 2};
  const auto weights = make_weights<compute_t<T>>(of, seed);
  const auto x = features_of<T>(of, seed);
  const auto correct = network_reference<T>(weights, of, x, eps_place::after_root);
  random_orders orders(of.width, 3, seed);
  const auto subject = naive<T>(operation::layernorm);
  const auto got = study_network<T>(subject, weights, of, x, correct, orders);
  EXPECT_FALSE(got.last.split_delta_ulp.has_value());
  EXPECT_FALSE(got.last.isa_delta_ulp.has_value());
  expect_same(got, literal_network_study<T>(subject, weights, of, x, correct, orders), "naive");
}

/// What a layernorm does to its first result, whichever feature that is, moves from one feature to
/// another with the order.
TYPED_TEST(network_study_of, sees_what_depends_on_a_place) {
  using T = TypeParam;
  const network_shape of{2, 9, 3};
  const auto weights = make_weights<compute_t<T>>(of, seed);
  const auto x = features_of<T>(of, seed);
  const auto correct = network_reference<T>(weights, of, x, eps_place::after_root);
  random_orders orders(of.width, 8, seed);
  const reduction<T> first_is_zero = [](std::span<const T> in, std::span<T> out) {
    naive<T>(operation::layernorm)(in, out);
    out[0] = T{};
  };
  const auto got = study_network<T>(first_is_zero, weights, of, x, correct, orders);
  expect_same(got, literal_network_study<T>(first_is_zero, weights, of, x, correct, orders),
              "first is zero");
  EXPECT_GT(*std::ranges::min_element(got.layer_deltas), 0.1);
  EXPECT_GT(got.last.distinct_results, 5U);
  EXPECT_GT(got.last.max_error_ulp, 10);
}

}  // namespace
}  // namespace permdelta::test

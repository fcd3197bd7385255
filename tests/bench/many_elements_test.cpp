/// Rows of so many elements that n u passes 1, where the bound of any order is all of sum|x|: they
/// run, kernels that state a bound of their own are held to that, and lost elements show.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/input.hpp"
#include "bench/probe.hpp"
#include "bench/registry.hpp"
#include "bench/study.hpp"
#include "kernels/catalog.hpp"
#include "tests/bench/guest.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::size_t many = (std::size_t{1} << 24) + 1;
constexpr double u = 0x1p-24;

/// With as few orders as there can be, on the input that costs least.
[[nodiscard]] outcome run_few_orders(const std::vector<subject>& subjects,
                                     const std::string& kernel, const std::string& size) {
  return run_program(subjects, {"--benchmark_filter=^" + kernel + "/[a-z0-9]*/fixed/",
                                "--sizes=" + size, "--orders=1", "--types=fp32,fp16,bf16"});
}

TEST(many_elements, run) {
  const auto got = run_few_orders(registered_kernels(), "sum/lane_split", "16777216");
  ASSERT_EQ(got.rows.size(), 3U);
  for (const std::size_t i : {0U, 2U}) EXPECT_TRUE(got.rows[i].contains("max_perm_delta"));
  EXPECT_EQ(message_of(got.rows[1]), "the correctly rounded result overflows fp16");
}

/// What a row is asked but for its study, on either side of where n u passes 1.
template <element T>
void expect_to_be_accepted(operation op) {
  std::size_t accepted = 0;
  for (const std::size_t n : {many - 3, many - 1})
    for (const subject& each : registered_kernels()) {
      const auto* const known = each.task.if_known();
      const auto* const run = std::get_if<reduction<T>>(&each.run);
      if (run == nullptr || known == nullptr || known->operation != op || each.isa != best_isa() ||
          each.method != "lane_split")
        continue;
      const auto x = make_input<T>(distribution::fixed, n, 42);
      auto correct = make_reference<T>(op, std::span<const T>(x));
      EXPECT_TRUE(correct.sums_fit);
      EXPECT_TRUE(correct.finite);
      correct.hold_to(x, run->sum_error(n));
      EXPECT_EQ(validate<T>(*run, x, correct), "") << n;
      EXPECT_EQ(validate_on_integers<T>(*run, op, n), "") << n;
      ++accepted;
    }
  EXPECT_EQ(accepted, 2U);
}

TEST(many_elements, are_accepted_on_either_side) {
  expect_to_be_accepted<float>(operation::sum);
  expect_to_be_accepted<fp16>(operation::mean);
  expect_to_be_accepted<bf16>(operation::sum);
}

template <element T>
void expect_a_lost_tail_to_show(operation op) {
  const reduction<T> loses_tail = [op](std::span<const T> x, std::span<T> y) {
    std::ranges::fill(y, T{});
    const std::size_t kept = x.size() - 1000;
    naive<T>(op)(x.first(kept), y.size() == 1 ? y : y.first(kept));
  };
  expect_rejected(
      run_few_orders({guest<T>(op, loses_tail)}, "(sum|mean|layernorm)/guest", "16777217"), 1,
      "on n = 16777217 integers, exact in every order");
}

TEST(many_elements, a_lost_tail_shows_on_integers) {
  expect_a_lost_tail_to_show<float>(operation::sum);
  expect_a_lost_tail_to_show<fp16>(operation::sum);
  expect_a_lost_tail_to_show<bf16>(operation::sum);
  expect_a_lost_tail_to_show<float>(operation::mean);
  expect_a_lost_tail_to_show<float>(operation::layernorm);
}

/// Fewer than all elements are asked for, but no place is left out for good.
TEST(many_elements, a_lost_last_element_or_every_second_one_shows_on_integers) {
  const reduction<float> loses_last = [](std::span<const float> x, std::span<float> y) {
    naive<float>(operation::sum)(x.first(x.size() - 1), y);
  };
  const reduction<float> reads_even_places = [](std::span<const float> x, std::span<float> y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); i += 2) sum += static_cast<double>(x[i]);
    y[0] = static_cast<float>(sum);
  };
  for (const auto& wrong : {loses_last, reads_even_places})
    for (const std::size_t n : {many, many + 1})
      EXPECT_NE(validate_on_integers<float>(wrong, operation::sum, n), "") << n;
}

TEST(many_elements, the_bound_of_any_order_has_a_value) {
  const std::vector<float> ones(many, 1.0F);
  auto sum = make_reference<float>(operation::sum, std::span<const float>(ones));
  const auto n = static_cast<double>(many);
  EXPECT_TRUE(sum.sums_fit);
  EXPECT_NEAR(sum.tolerance[0], (n - 1) * u * n, 2);  // and the last rounding

  // All of it: nothing is wrong. A bound of one's own tells.
  const reduction<float> loses_tail = [](std::span<const float> x, std::span<float> y) {
    y[0] = static_cast<float>(x.size() - 1000);
  };
  EXPECT_EQ(validate<float>(loses_tail, ones, sum), "");
  sum.hold_to(ones, 32 * u);
  EXPECT_NEAR(sum.tolerance[0], 32 + 1, 1e-3);  // half an ulp of n, which is 2
  EXPECT_NE(validate<float>(loses_tail, ones, sum), "");
}

/// 1000 ones, whose results are known.
class ones : public testing::Test {
 protected:
  [[nodiscard]] double tolerance(operation op, double sum_error) const {
    auto reference = make_reference<float>(op, std::span<const float>(x_));
    EXPECT_TRUE(reference.sums_fit);
    reference.hold_to(x_, sum_error);
    return reference.tolerance[0];
  }
  const std::vector<float> x_ = std::vector<float>(1000, 1.0F);
};

TEST_F(ones, tolerances_follow_from_the_error_of_sums) {
  EXPECT_NEAR(tolerance(operation::mean, 32 * u), (32 + 3 + 1) * u, u / 8);
  // The mean's, by a deviation of 0: nothing but eps divides it.
  EXPECT_NEAR(tolerance(operation::layernorm, 32 * u) / ((32 + 3) * u / 1e-6), 1, 1e-3);
  // Half of the sum's, of four factors' and of the addition's of eps; root and reciprocal, product,
  // rounding.
  EXPECT_NEAR(tolerance(operation::rmsnorm, 32 * u), (32.0 / 2 + 4.0 / 2 + 0.5 + 2 + 1 + 1) * u,
              u / 4);
  // The sum's; an exponential's ulp in it and in the term; division and reciprocal; rounding.
  EXPECT_NEAR(tolerance(operation::softmax, 32 * u) * 1000, (32 + 2 + 2 + 2 + 1) * u, u);
}

/// As far as such a bound goes a sum of squares may vanish, and only eps is left to divide by; of
/// exponentials the largest is left, half of it at least.
TEST_F(ones, tolerances_have_values_where_it_is_all_of_the_sum) {
  EXPECT_NEAR(tolerance(operation::mean, 1), 1, 1e-6);
  EXPECT_NEAR(tolerance(operation::layernorm, 1), 1e6, 10);
  EXPECT_NEAR(tolerance(operation::rmsnorm, 1), 1000 - 1, 0.01);
  EXPECT_NEAR(tolerance(operation::softmax, 1), 2 - 0.001, 1e-5);
}

TEST_F(ones, a_mean_that_is_corrected_is_granted_two_additions) {
  const std::span<const float> x = x_;
  const auto of = [&](sums how) {
    return make_reference<float>(operation::mean, x, eps_place::after_root, how).tolerance[0];
  };
  EXPECT_NEAR(of(sums::of_terms), (999 + 3 + 1) * u, u / 8);
  EXPECT_NEAR(of(sums::updated) - of(sums::of_terms), 2 * u, u / 8);
}

TEST_F(ones, another_bound_takes_the_place_of_the_last) {
  auto reference = make_reference<float>(operation::rmsnorm, std::span<const float>(x_));
  const auto first = reference.tolerance;
  reference.hold_to(x_, 32 * u);
  EXPECT_NE(reference.tolerance, first);
  reference.hold_to(x_, {});
  EXPECT_EQ(reference.tolerance, first);
}

/// As a subject states it. A mean that is corrected is not asked for integers.
TEST(sum_error, is_what_a_subject_is_held_to) {
  reduction<float> off_by_100u = [](std::span<const float> x, std::span<float> y) {
    double sum = 0;
    double magnitude = 0;
    for (const float value : x) {
      sum += static_cast<double>(value);
      magnitude += static_cast<double>(std::abs(value));
    }
    y[0] = static_cast<float>(sum + 100 * u * magnitude);
  };
  const auto run = [&](const std::function<double(std::size_t)>& stated) {
    off_by_100u.sum_error = stated;
    const task updated(operation::sum, eps_place::after_root, sums::updated);
    return run_few_orders({guest<float>(updated, off_by_100u)}, "sum/guest", "4096");
  };
  expect_accepted(run({}), 1);
  expect_accepted(run([](std::size_t n) { return static_cast<double>(n) / 32 * u; }), 1);
  expect_rejected(run([](std::size_t n) { return static_cast<double>(n) / 64 * u; }), 1,
                  "n = 4096: output 0 of 1 is ");
  for (const double nonsense : {-u, std::nan(""), static_cast<double>(INFINITY)})
    expect_rejected(run([=](std::size_t) { return nonsense; }), 1,
                    "its bound on the error of a sum of 4096 terms is ");
}

/// A one in the first place and half an ulp of it everywhere else: parts that begin elsewhere add
/// those up, and the order of the additions shows as much as it can.
TEST(sum_error, of_the_catalog_covers_parts_and_instruction_sets) {
  std::size_t compared = 0;
  for (const subject& each : registered_kernels()) {
    const auto* const known = each.task.if_known();
    const auto* const run = std::get_if<reduction<float>>(&each.run);
    if (run == nullptr || !run->in_parts || known->operation != operation::sum) continue;
    for (const std::size_t n : {2U, 3U, 8U, 64U, 65U, 1000U, 4099U, 65536U}) {
      std::vector<float> x(n, static_cast<float>(u));
      x[0] = 1;
      auto correct = make_reference<float>(operation::sum, std::span<const float>(x));
      correct.hold_to(x, run->sum_error(n));
      random_orders orders(n, 2, 42);
      EXPECT_EQ(run_study<float>(*run, x, correct, orders).problem, "") << each.method << n;
      ++compared;
    }
  }
  EXPECT_EQ(compared, names_of<method>.size() * runnable_isas().size() * 8U);
}

TEST(sum_error, of_the_catalog_is_small_at_any_n) {
  std::size_t compared = 0;
  for (const subject& each : registered_kernels()) {
    const auto* const known = each.task.if_known();
    const auto* const run = std::get_if<reduction<float>>(&each.run);
    if (run == nullptr || !run->in_parts || known->operation != operation::sum) continue;
    for (const std::size_t n : {std::size_t{1} << 13, std::size_t{1} << 24, std::size_t{1} << 27}) {
      const auto terms = static_cast<double>(n);
      // In 64 parts, 63 additions more; of SSE2's 32 lanes, each a chain.
      const double chain = terms / 32 + 6;
      const double most = each.method == "sequential"   ? terms - 1
                          : each.method == "pairwise"   ? 40 + 63
                          : each.method == "kahan"      ? 2 + terms * u + 63
                          : each.method == "lane_split" ? chain / (1 - chain * u) + 63
                                                        : 1;
      const double in_u = run->sum_error(n) / u;
      EXPECT_LE(in_u, 1.01 * most) << each.method << n;
      EXPECT_GE(in_u, 1) << each.method << n;
      ++compared;
    }
  }
  EXPECT_EQ(compared, names_of<method>.size() * runnable_isas().size() * 3U);
}

}  // namespace
}  // namespace permdelta::test

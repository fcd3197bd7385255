#include "bench/study.hpp"
#include "bench/row_error.hpp"

#include "bench/probe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/input.hpp"
#include "tests/bench/literal_study.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::uint64_t seed = 42;

template <class T>
class study_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(study_of, element_types);

TYPED_TEST(study_of, the_naive_loop_is_the_seed_experiments) {
  using T = TypeParam;
  std::size_t moved = 0, compared = 0;
  for (const operation op : operations)
    for (const auto from :
         {distribution::normal, distribution::fixed, distribution::pareto, distribution::lognormal})
      for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 4, 100, 500}) {
        const auto x = make_input<T>(from, n, seed);
        const auto correct = make_reference<T>(op, x);
        if (!correct.finite) continue;  // fp16 sums overflow
        random_orders orders(n, 20, seed);
        const auto got = run_study<T>(naive<T>(op), x, correct, orders);
        const auto expected = literal_study<T>(naive<T>(op), x, op, correct, orders);
        const std::string label = std::string(name(op)) + " " + std::string(name(from)) +
                                  " n=" + std::to_string(n) + " seed=" + std::to_string(seed);
        EXPECT_EQ(got.max_perm_delta, expected.max_perm_delta) << label;
        EXPECT_EQ(got.perm_delta_ulp, expected.perm_delta_ulp) << label;
        EXPECT_EQ(got.distinct_results, expected.distinct_results) << label;
        EXPECT_EQ(got.max_error_ulp, expected.max_error_ulp) << label;
        EXPECT_EQ(got.orders, expected.orders) << label;
        ++compared;
        moved += got.max_perm_delta > 0;
      }
  EXPECT_GT(compared, 45U);
  // 16 bits hide most of it, 8 digits nearly all.
  const std::size_t shown = std::same_as<T, bf16> ? 1 : std::same_as<T, fp16> ? 4 : 16;
  EXPECT_GE(moved, shown);
}

/// Each counter of several rows is that of the row where it is largest.
TYPED_TEST(study_of, several_rows_are_each_studied_by_themselves) {
  using T = TypeParam;
  constexpr std::size_t n = 100, rows = 5;
  for (const operation op : operations) {
    const auto x = make_input_rows<T>(distribution::normal, rows, n, seed);
    ASSERT_EQ(x.size(), rows * n);
    const auto first = make_input<T>(distribution::normal, n, seed);
    EXPECT_TRUE(same<T>(std::span<const T>(x).first(n), first));
    random_orders orders(n, 12, seed);
    std::vector<typed_reference<T>> references;
    study_result largest;
    for (std::size_t r = 0; r < rows; ++r) {
      const auto row = std::span<const T>(x).subspan(r * n, n);
      references.push_back(make_reference<T>(op, row));
      const auto one = run_study<T>(naive<T>(op), row, references[r], orders);
      largest.max_perm_delta = std::max(largest.max_perm_delta, one.max_perm_delta);
      largest.perm_delta_ulp = std::max(largest.perm_delta_ulp, one.perm_delta_ulp);
      largest.distinct_results = std::max(largest.distinct_results, one.distinct_results);
      largest.max_error_ulp = std::max(largest.max_error_ulp, one.max_error_ulp);
    }
    const auto got =
        run_study<T>(naive<T>(op), x, std::span<const typed_reference<T>>(references), orders);
    EXPECT_EQ(got.max_perm_delta, largest.max_perm_delta) << name(op);
    EXPECT_EQ(got.perm_delta_ulp, largest.perm_delta_ulp) << name(op);
    EXPECT_EQ(got.distinct_results, largest.distinct_results) << name(op);
    EXPECT_EQ(got.max_error_ulp, largest.max_error_ulp) << name(op);
    EXPECT_EQ(got.orders, 12U);

    const auto correct = std::span<const typed_reference<T>>(references);
    EXPECT_EQ(validate<T>(naive<T>(op), x, correct), "");
    EXPECT_EQ(validate_on_integers<T>(naive<T>(op), op, n, rows), "");
    const reduction<T> first_row_only = [op](std::span<const T> in, std::size_t count,
                                             std::span<T> out) {
      for (std::size_t r = 0; r < count; ++r)
        naive<T>(op)(in.first(in.size() / count),
                     out.subspan(r * out.size() / count, out.size() / count));
    };
    EXPECT_NE(validate<T>(first_row_only, x, correct), "");
    EXPECT_NE(validate_on_integers<T>(first_row_only, op, n, rows), "");
  }
}

TEST(study, runs_identity_ascending_descending_and_then_random_orders) {
  const std::vector<float> x{3, 1, 2, 1, -0.0F, 0.0F};
  const auto correct = make_reference<float>(operation::sum, std::span<const float>(x));
  const std::vector<float> up{-0.0F, 0.0F, 1, 1, 2, 3};
  for (const std::size_t count : std::initializer_list<std::size_t>{0, 1, 2, 3, 5}) {
    random_orders orders(x.size(), count, seed);
    std::vector<std::vector<float>> seen;
    const reduction<float> spy = [&](auto in, auto out) {
      seen.emplace_back(in.begin(), in.end());
      out[0] = 7;
    };
    const auto got = run_study<float>(spy, x, correct, orders);
    EXPECT_EQ(got.orders, count);
    EXPECT_EQ(got.distinct_results, 1U);
    EXPECT_EQ(got.max_perm_delta, 0);
    EXPECT_EQ(got.max_error_ulp, 0);
    ASSERT_EQ(seen.size(), count + 1);
    EXPECT_EQ(seen[0], x);
    if (count > 0) {
      EXPECT_EQ(seen[1], up);
      EXPECT_TRUE(std::signbit(seen[1][0]));  // stable: -0 came first
    }
    if (count > 1) {
      EXPECT_EQ(seen[2], std::vector<float>(up.rbegin(), up.rend()));
    }
    for (std::size_t k = 2; k < count; ++k)
      for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_EQ(seen[k + 1][i], x[orders[k - 2][i]]) << k;
  }
}

TEST(study, counts_bit_patterns_in_input_order) {
  const std::vector<double> x{4, 3, 2, 1};
  const auto correct = make_reference<double>(operation::layernorm, std::span<const double>(x));
  random_orders orders(4, 20, seed);
  const reduction<double> elementwise = [](auto in, auto out) {
    std::ranges::copy(in, out.begin());
  };
  EXPECT_EQ(run_study<double>(elementwise, x, correct, orders).distinct_results, 1U);
  const reduction<double> positional = [](auto in, auto out) {
    std::ranges::copy(in, out.begin());
    out[0] = -out[0];
  };
  const auto got = run_study<double>(positional, x, correct, orders);
  EXPECT_EQ(got.distinct_results, 4U);  // which element came first
  EXPECT_EQ(got.max_perm_delta, 8);
  // The same outputs, each time at another element's place.
  const reduction<double> marks_first = [](auto, auto out) {
    std::ranges::fill(out, 0.0);
    out[0] = 1;
  };
  EXPECT_EQ(run_study<double>(marks_first, x, correct, orders).distinct_results, 4U);
  bool negative = false;
  const reduction<double> signs = [&](auto, auto out) {
    out[0] = negative ? -0.0 : 0.0;
    negative = !negative;
  };
  const auto zero = make_reference<double>(operation::sum, std::span<const double>());
  const auto flips = run_study<double>(signs, x, zero, orders);
  EXPECT_EQ(flips.distinct_results, 2U);
  EXPECT_EQ(flips.perm_delta_ulp, 0);
}

TYPED_TEST(study_of, zeros_give_zero_ulps) {
  using T = TypeParam;
  const std::vector<T> x(10);
  for (const operation op : operations) {
    random_orders orders(10, 3, seed);
    const auto correct = make_reference<T>(op, x);
    const auto got = run_study<T>(naive<T>(op), x, correct, orders);
    EXPECT_EQ(got.perm_delta_ulp, 0);
    EXPECT_EQ(got.max_error_ulp, 0);
    EXPECT_EQ(got.distinct_results, 1U);
  }
}

TEST(study, never_reports_what_is_not_finite) {
  const std::vector<float> x{3e38F, -3e38F, 3e38F, -3e38F};  // ascending order overflows
  for (const operation op : {operation::sum, operation::mean}) {
    const auto correct = make_reference<float>(op, std::span<const float>(x));
    random_orders orders(4, 2, seed);
    EXPECT_EQ(validate<float>(naive<float>(op), x, correct), "");
    EXPECT_THROW((void)run_study<float>(naive<float>(op), x, correct, orders), row_error);
  }
  // One NaN among many outputs, followed by good ones.
  const auto y = make_input<float>(distribution::normal, 9, seed);
  const auto correct = make_reference<float>(operation::layernorm, std::span<const float>(y));
  int calls = 0;
  const reduction<float> sometimes = [&](auto in, auto out) {
    naive<float>(operation::layernorm)(in, out);
    if (++calls == 3) out[4] = std::nanf("");
  };
  random_orders orders(9, 5, seed);
  try {
    (void)run_study<float>(sometimes, y, correct, orders);
    ADD_FAILURE() << "no exception";
  } catch (const row_error& error) {
    EXPECT_NE(std::string(error.what()).find("order 2"), std::string::npos) << error.what();
  }
  // A difference too large to count in ulps of zero.
  const auto zero = make_reference<double>(operation::sum, std::span<const double>());
  double value = 1;
  const reduction<double> jumps = [&](auto, auto out) { out[0] = value = -value; };
  const std::vector<double> one{1};
  random_orders single(1, 3, seed);
  EXPECT_TRUE(std::isfinite(run_study<double>(jumps, one, zero, single).perm_delta_ulp));
}

}  // namespace
}  // namespace permdelta::test

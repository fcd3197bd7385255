#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "bench/input.hpp"
#include "bench/study.hpp"
#include "kernels/catalog.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
class validate_as : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(validate_as, element_types);

TYPED_TEST(validate_as, validate_takes_the_right_and_objects_to_the_wrong) {
  using T = TypeParam;
  const auto x = make_input<T>(distribution::normal, 64, 42);
  for (const operation op : operations) {
    const auto correct = make_reference<T>(op, x);
    ASSERT_TRUE(correct.finite);
    EXPECT_EQ(validate<T>(naive<T>(op), x, correct), "");
    const reduction<T> without_tail = [&](auto in, auto out) {
      const std::size_t kept = in.size() - 4;
      naive<T>(op)(in.first(kept), out.first(output_size(op, kept)));
    };
    EXPECT_NE(validate<T>(without_tail, x, correct), "");
    for (const double constant : {std::nan(""), infinity, 77.0}) {
      const reduction<T> stuck = [&](auto, auto out) {
        std::ranges::fill(out, from_double<T>(constant));
      };
      EXPECT_NE(validate<T>(stuck, x, correct), "") << constant;
    }
    const reduction<T> idle = [](auto, auto) {};
    EXPECT_NE(validate<T>(idle, x, correct), "");
  }
}

TEST(validate, says_what_is_off) {
  const std::vector<double> x{1, 2};
  const auto correct = make_reference<double>(operation::sum, std::span<const double>(x));
  const reduction<double> wrong = [](auto, auto out) { out[0] = 4; };
  const std::string line = validate<double>(wrong, x, correct);
  EXPECT_EQ(line.find("output 0 of 1 is 4, expected 3 within "), 0U) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(validate, takes_either_zero_but_no_overflow) {
  const std::vector<double> x{-0.0};
  auto correct = make_reference<double>(operation::sum, std::span<const double>(x));
  EXPECT_EQ(validate<double>([](auto, auto out) { out[0] = 0.0; }, x, correct), "");
  correct.tolerance[0] = infinity;
  const reduction<double> over = [&](auto, auto out) { out[0] = correct.tolerance[0]; };
  EXPECT_NE(validate<double>(over, x, correct), "");
}

TYPED_TEST(validate_as, tolerances_hold_in_any_order_and_not_much_beyond) {
  using T = TypeParam;
  std::size_t accepted = 0;
  for (const operation op : operations)
    for (std::size_t d = 0; d < names_of<distribution>.size(); ++d)
      for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 3, 10, 100, 4096})
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
          const auto from = static_cast<distribution>(d);
          auto x = make_input<T>(from, n, seed);
          const auto by_value = [](T a, T b) { return value_of(a) < value_of(b); };
          if (seed == 1) std::ranges::sort(x, by_value);
          if (seed == 2) std::ranges::sort(x, [&](T a, T b) { return by_value(b, a); });
          const auto correct = make_reference<T>(op, x);
          if (!correct.finite) continue;  // fp16 sums overflow
          ASSERT_EQ(correct.tolerance.size(), correct.result.size());
          EXPECT_EQ(validate<T>(naive<T>(op), x, correct), "")
              << name(op) << " " << name(from) << " n " << n << ", seed " << seed;
          ++accepted;
          // Off by a little more than the tolerance: no longer right.
          const reduction<T> wrong = [&](auto, auto out) {
            std::ranges::copy(correct.result, out.begin());
            const double there = value_of(out[0]);
            const double step = 2 * correct.tolerance[0] + 2 * ulp_at<T>(there);
            out[0] = from_double<T>(there > 0 ? there - step : there + step);
          };
          EXPECT_NE(validate<T>(wrong, x, correct), "") << name(op) << " " << name(from);
        }
  EXPECT_GT(accepted, 400U);
}

TEST(tolerance, tolerances_have_the_size_they_are_derived_to_have) {
  const std::vector<float> ones(1000, 1.0F);
  const double u = 0x1p-24;
  EXPECT_NEAR(make_reference<float>(operation::sum, ones).tolerance[0], 999 * u * 1000, 1e-4);
  EXPECT_NEAR(make_reference<float>(operation::mean, ones).tolerance[0], (999 + 3 + 1) * u, u);
  const auto x = make_input<double>(distribution::normal, 1000, 1);
  const auto norm = make_reference<double>(operation::layernorm, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_GT(norm.tolerance[i], 0x1p-54 * 100);
    EXPECT_LT(norm.tolerance[i], 0x1p-53 * 1100 * (1 + std::abs(x[i])));
  }
}

}  // namespace
}  // namespace permdelta::test

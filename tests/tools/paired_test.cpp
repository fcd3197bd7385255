#include "tools/permdelta/compare/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tools/permdelta/compare/comparison.hpp"

namespace permdelta::test {
namespace {

std::vector<double> equal_ratios(std::size_t count) {
  return std::vector<double>(count, 1.25);
}

TEST(paired, fewer_than_six_restarts_have_no_interval) {
  EXPECT_FALSE(paired_ratio_of(equal_ratios(5), 10));
  EXPECT_FALSE(paired_ratio_of(equal_ratios(5), 5));
  ASSERT_TRUE(paired_ratio_of(equal_ratios(6), 6));
  EXPECT_DOUBLE_EQ(paired_ratio_of(equal_ratios(6), 10)->estimate, 1.25);
  EXPECT_FALSE(paired_ratio_of(std::vector<double>{1, 1, 1, 1, 1, 0}, 6));
}

TEST(paired, looks_are_those_planned) {
  for (std::size_t r = 1; r <= 12; ++r) {
    EXPECT_EQ(is_look(r, 10), r == 8 || r == 10) << r;
    EXPECT_EQ(is_look(r, 12), r == 12) << r;
  }
}

/// Which of the ratios count, and how many averages are left out.
TEST(paired, a_look_that_was_missed_is_not_made_up_for) {
  std::vector<double> ratios;
  for (int i = 1; i <= 10; ++i) ratios.push_back(std::exp(i));
  const auto log_of = [&](std::size_t count, std::size_t planned) {
    const auto found = paired_ratio_of(std::span(ratios).first(count), planned);
    return interval{std::log(found->bounds.low), std::log(found->bounds.high)};
  };
  // Of 1 .. 8 the averages are 1, 1.5, 2, 2 ...; two are excluded. Of 1 .. 10 seven are.
  for (const std::size_t count : {8U, 9U}) {
    EXPECT_NEAR(log_of(count, 10).low, 2, 1e-9);
    EXPECT_NEAR(log_of(count, 10).high, 7, 1e-9);
  }
  EXPECT_NEAR(log_of(10, 10).low, 3, 1e-9);
  EXPECT_NEAR(log_of(9, 9).low, 2.5, 1e-9);  // five
}

/// Stopping at the first look where that decides, the interval that is reported covers the truth as
/// often as promised. Four standard deviations of chance are allowed.
TEST(paired, coverage_with_stopping) {
  std::mt19937_64 random(2);
  constexpr int tries = 40000;
  for (const double scatter : {0.005, 0.02, 0.1})
    for (const double truth : {0.0, std::log(1.03)}) {
      std::normal_distribution<double> normal(truth, scatter);
      int covered = 0;
      int early = 0;
      for (int i = 0; i < tries; ++i) {
        std::vector<double> ratios(10);
        for (double& ratio : ratios) ratio = std::exp(normal(random));
        auto found = paired_ratio_of(std::span(ratios).first(8), 10);
        if (verdict_on(*found, 0.02) == time_verdict::unclear)
          found = paired_ratio_of(ratios, 10);
        else
          ++early;
        const bool covers =
            found->bounds.low <= std::exp(truth) && std::exp(truth) <= found->bounds.high;
        covered += covers ? 1 : 0;
      }
      const double share = static_cast<double>(covered) / tries;
      const double slack = 4 * std::sqrt(0.05 * 0.95 / tries);
      EXPECT_GE(share, 0.95 - slack) << scatter << ' ' << truth;
      EXPECT_LE(share, 0.98 + slack) << scatter << ' ' << truth;
      EXPECT_GT(early, scatter == 0.005 ? tries / 2 : 0);
    }
}

/// Both looks together miss with 4.71 %, by the way their ranks hang together.
TEST(paired, at_least_one_of_both_looks_misses_with_the_probability_stated) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal(0, 0.01);
  constexpr int tries = 100000;
  int missed = 0;
  for (int i = 0; i < tries; ++i) {
    std::vector<double> ratios(10);
    for (double& ratio : ratios) ratio = std::exp(normal(random));
    const auto misses = [&](std::size_t count) {
      const interval bounds = paired_ratio_of(std::span(ratios).first(count), 10)->bounds;
      return bounds.low > 1 || bounds.high < 1;
    };
    missed += misses(8) || misses(10) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(missed) / tries, 0.0471, 4 * std::sqrt(0.0471 / tries));
}

}  // namespace
}  // namespace permdelta::test

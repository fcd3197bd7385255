#include "tools/statistics/signed_rank.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace permdelta::testing {
namespace {

/// Counts the signs instead: each of 2^n choices.
double counted_error(std::size_t n, std::size_t excluded) {
  std::size_t few = 0;
  for (std::size_t signs = 0; signs < (std::size_t{1} << n); ++signs) {
    std::size_t w = 0;
    for (std::size_t i = 0; i < n; ++i) w += (signs >> i & 1U) * (i + 1);
    few += w <= excluded ? 1U : 0U;
  }
  return std::min(1.0, 2 * std::ldexp(static_cast<double>(few), -static_cast<int>(n)));
}

TEST(signed_rank, error_is_that_of_all_signs) {
  std::size_t compared = 0;
  for (std::size_t n = 1; n <= 12; ++n)
    for (std::size_t excluded = 0; excluded <= n * (n + 1) / 2; ++excluded, ++compared)
      EXPECT_DOUBLE_EQ(signed_rank_error(n, excluded), counted_error(n, excluded))
          << n << ' ' << excluded;
  EXPECT_EQ(compared, 376U);
}

/// Wilcoxon's table for two-sided tests at 0.05, as textbooks have it.
TEST(signed_rank, excluded_is_the_tables) {
  const std::vector<std::size_t> table{0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52};
  for (std::size_t i = 0; i < table.size(); ++i)
    EXPECT_EQ(signed_rank_excluded(6 + i, 0.05), table[i]) << 6 + i;
  EXPECT_THROW(static_cast<void>(signed_rank_excluded(5, 0.05)), std::invalid_argument);
}

TEST(signed_rank, centre_of_a_known_sample) {
  // Walsh averages: 1, 2.5, 4, 4.5, 6, 8.
  const std::vector<double> sample{4, 1, 8};
  const auto [estimate, bounds] = signed_rank_centre(sample, 1);
  EXPECT_EQ(estimate, 4.25);
  EXPECT_EQ(bounds.low, 2.5);
  EXPECT_EQ(bounds.high, 6);
  EXPECT_THROW(static_cast<void>(signed_rank_centre(sample, 3)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(signed_rank_centre({}, 0)), std::invalid_argument);
  const std::vector<double> bad{1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(static_cast<void>(signed_rank_centre(bad, 0)), std::invalid_argument);
}

/// For symmetric distributions of any shape, as far as chance allows: 4 standard deviations.
TEST(signed_rank, interval_covers_the_centre_as_often_as_it_says) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::student_t_distribution<double> heavy(2);
  constexpr int tries = 20000;
  for (const std::size_t n : {6U, 8U, 10U}) {
    const std::size_t excluded = signed_rank_excluded(n, 0.05);
    const double expected = signed_rank_error(n, excluded);
    int missed_normal = 0;
    int missed_heavy = 0;
    for (int i = 0; i < tries; ++i) {
      std::vector<double> one(n);
      std::vector<double> other(n);
      for (double& x : one) x = normal(random);
      for (double& x : other) x = heavy(random);
      const auto misses = [&](const std::vector<double>& sample) {
        const interval bounds = signed_rank_centre(sample, excluded).bounds;
        return bounds.low > 0 || bounds.high < 0 ? 1 : 0;
      };
      missed_normal += misses(one);
      missed_heavy += misses(other);
    }
    const double slack = 4 * std::sqrt(expected / tries);
    EXPECT_NEAR(static_cast<double>(missed_normal) / tries, expected, slack) << n;
    EXPECT_NEAR(static_cast<double>(missed_heavy) / tries, expected, slack) << n;
  }
}

}  // namespace
}  // namespace permdelta::testing

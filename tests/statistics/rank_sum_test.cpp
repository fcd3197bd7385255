#include "tools/statistics/rank_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace permdelta::testing {
namespace {

/// Counts the orders instead: each choice of n places among n + m.
double counted_error(std::size_t n, std::size_t m, std::size_t excluded) {
  std::size_t all = 0;
  std::size_t few = 0;
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << (n + m)); ++chosen) {
    if (static_cast<std::size_t>(std::popcount(chosen)) != n) continue;
    std::size_t u = 0;
    std::size_t others = 0;
    for (std::size_t i = 0; i < n + m; ++i) {
      const bool is_first = (chosen >> i & 1U) != 0;
      if (is_first) u += others;
      others += is_first ? 0 : 1;
    }
    ++all;
    few += u <= excluded ? 1 : 0;
  }
  return std::min(1.0, 2 * static_cast<double>(few) / static_cast<double>(all));
}

TEST(rank_sum, error_is_that_of_all_orders) {
  std::size_t compared = 0;
  for (std::size_t n = 1; n <= 6; ++n)
    for (std::size_t m = 1; m <= 6; ++m)
      for (std::size_t excluded = 0; excluded <= n * m + 1; ++excluded, ++compared)
        EXPECT_DOUBLE_EQ(rank_sum_error(n, m, excluded), counted_error(n, m, excluded))
            << n << ' ' << m << ' ' << excluded;
  EXPECT_EQ(compared, 513U);
}

/// Mann and Whitney's table for two-sided tests at 0.05, as textbooks have it.
TEST(rank_sum, excluded_is_the_tables) {
  constexpr std::array<std::array<std::size_t, 3>, 10> table{{{4, 4, 0},
                                                              {3, 5, 0},
                                                              {2, 8, 0},
                                                              {5, 5, 2},
                                                              {5, 8, 6},
                                                              {6, 6, 5},
                                                              {7, 7, 8},
                                                              {8, 8, 13},
                                                              {10, 10, 23},
                                                              {20, 20, 127}}};
  for (const auto& [n, m, excluded] : table) {
    EXPECT_EQ(rank_sum_excluded(n, m, 0.05), excluded) << n << ' ' << m;
    EXPECT_EQ(rank_sum_excluded(m, n, 0.05), excluded) << m << ' ' << n;
  }
  EXPECT_THROW(static_cast<void>(rank_sum_excluded(3, 4, 0.05)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rank_sum_excluded(64, 65, 0.05)), std::invalid_argument);
}

/// The most elements that are allowed: against the normal approximation.
TEST(rank_sum, many_elements) {
  const double sigma = std::sqrt(64.0 * 64 * 129 / 12);
  const double normal = 64.0 * 64 / 2 - 1.959964 * sigma;
  EXPECT_NEAR(static_cast<double>(rank_sum_excluded(64, 64, 0.05)), normal, 2);
  EXPECT_NEAR(rank_sum_error(64, 64, 2047), 1, 0.003);
}

TEST(rank_sum, shift_of_known_samples) {
  // Differences: -1, 2, 3, 4, 6, 7.
  const std::vector<double> a{1, 4};
  const std::vector<double> b{7, 3, 8};
  const auto [estimate, bounds] = rank_sum_shift(a, b, 1);
  EXPECT_EQ(estimate, 3.5);
  EXPECT_EQ(bounds.low, 2);
  EXPECT_EQ(bounds.high, 6);
  EXPECT_THROW(static_cast<void>(rank_sum_shift(a, b, 3)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rank_sum_shift({}, b, 0)), std::invalid_argument);
  const std::vector<double> bad{1, std::numeric_limits<double>::infinity()};
  EXPECT_THROW(static_cast<void>(rank_sum_shift(a, bad, 0)), std::invalid_argument);
}

/// For distributions of any shape, as far as chance allows: 4 standard deviations.
TEST(rank_sum, interval_covers_the_shift_as_often_as_it_says) {
  std::mt19937_64 random(1);
  std::student_t_distribution<double> heavy(2);
  std::exponential_distribution<double> skewed;
  constexpr int tries = 20000;
  constexpr double shift = 0.7;
  for (const bool is_skewed : {false, true})
    for (const std::size_t n : {4U, 5U, 9U}) {
      const std::size_t excluded = rank_sum_excluded(n, 5, 0.05);
      std::vector<double> a(n);
      std::vector<double> b(5);
      const auto draw = [&] { return is_skewed ? skewed(random) : heavy(random); };
      int missed = 0;
      for (int i = 0; i < tries; ++i) {
        std::ranges::generate(a, draw);
        std::ranges::generate(b, [&] { return draw() + shift; });
        const auto [low, high] = rank_sum_shift(a, b, excluded).bounds;
        missed += low <= shift && shift <= high ? 0 : 1;
      }
      const double expected = rank_sum_error(n, 5, excluded);
      EXPECT_NEAR(static_cast<double>(missed) / tries, expected,
                  4 * std::sqrt(expected * (1 - expected) / tries))
          << n << ' ' << is_skewed;
    }
}

}  // namespace
}  // namespace permdelta::testing

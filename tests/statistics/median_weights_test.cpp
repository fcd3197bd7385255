#include "tools/statistics/median_weights.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "tests/statistics/reference.hpp"

namespace permdelta::testing {
namespace {

using places = std::pair<std::size_t, std::size_t>;

[[nodiscard]] std::map<places, double> by_places(std::size_t n) {
  std::map<places, double> all;
  for (const auto& [first, second, probability] : median_weights(n)) {
    EXPECT_TRUE(all.emplace(places{first, second}, probability).second) << "twice, n = " << n;
    EXPECT_LE(first, second);
    EXPECT_LT(second, n);
  }
  return all;
}

// A weight is made of differences of sums near 1, of which each has lost some 1e-16.
TEST(median_weights, agree_with_fractions) {
  std::size_t compared = 0;
  std::size_t left_out = 0;
  for (reference& line : references("weight")) {
    const std::size_t n = line.count();
    const auto weights = by_places(n);
    const std::size_t i = line.count();
    const std::size_t j = line.count();
    const double expected = line.number();
    const auto at = weights.find({i, j});
    if (expected < 1e-20) {
      EXPECT_EQ(at, weights.end()) << line.text();
      ++left_out;
    } else {
      ASSERT_NE(at, weights.end()) << line.text();
      EXPECT_NEAR(at->second, expected, 1e-13 * expected + 1e-17) << line.text();
    }
    ++compared;
  }
  EXPECT_EQ(compared, 73);
  EXPECT_EQ(left_out, 12);
}

TEST(median_weights, are_probabilities_the_same_from_either_end) {
  std::size_t compared = 0;
  const auto check = [&](std::size_t n) {
    const auto weights = by_places(n);
    double sum = 0;
    for (const auto& [at, probability] : weights) {
      EXPECT_GT(probability, 0);
      const auto mirrored = weights.find({n - 1 - at.second, n - 1 - at.first});
      ASSERT_NE(mirrored, weights.end()) << n;
      EXPECT_EQ(probability, mirrored->second) << n;
      sum += probability;
    }
    EXPECT_NEAR(sum, 1, 1e-13) << n;
    ++compared;
  };
  for (std::size_t n = 1; n <= 200; ++n) check(n);
  for (const std::size_t n : {999U, 1000U}) check(n);
  EXPECT_EQ(compared, 202);
}

TEST(median_weights, are_calculated_once_for_all_threads) {
  std::vector<const median_weight*> seen(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i)
    threads.emplace_back([&seen, i] { seen[i] = median_weights(301 + i % 2).data(); });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 2; i < seen.size(); ++i) EXPECT_EQ(seen[i], seen[i % 2]);
  EXPECT_NE(seen[0], seen[1]);
}

}  // namespace
}  // namespace permdelta::testing

#include "tools/statistics/median.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/statistics/samples.hpp"

namespace permdelta::testing {
namespace {

using sample = std::vector<double>;

TEST(median, is_the_middle_one_or_between_the_middle_two) {
  EXPECT_EQ(median(sample{7}), 7);
  EXPECT_EQ(median(sample{7, -2}), 2.5);
  EXPECT_EQ(median(sample{5, 1, 3}), 3);
  EXPECT_EQ(median(sample{5, 1, 3, 100}), 4);
  EXPECT_EQ(median(sample{2, 2, 2, 2}), 2);
  constexpr double largest = std::numeric_limits<double>::max();
  EXPECT_EQ(median(sample{largest, largest}), largest);
  EXPECT_EQ(median(sample{largest, -largest}), 0);
}

TEST(median, of_a_sorted_sample_is_read_off) {
  std::size_t compared = 0;
  for (std::size_t n = 1; n <= 40; ++n)
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
      const auto x = times(n, 1, seed);
      auto sorted = x;
      std::ranges::sort(sorted);
      EXPECT_EQ(median(x), (sorted[(n - 1) / 2] + sorted[n / 2]) / 2) << n << ' ' << seed;
      ++compared;
    }
  EXPECT_EQ(compared, 200);
}

TEST(geometric_mean, is_the_root_of_the_product) {
  constexpr double u = std::numeric_limits<double>::epsilon();
  EXPECT_EQ(geometric_mean(sample{1, 1, 1}), 1);
  EXPECT_NEAR(geometric_mean(sample{2, 8}), 4, 16 * u);
  EXPECT_NEAR(geometric_mean(sample{0.25, 4, 27}), 3, 16 * u);
  // The product is no double: the logarithms are near 700, and so is the error, in places.
  EXPECT_NEAR(geometric_mean(sample{1e300, 1e300, 1e300}) / 1e300, 1, 1400 * u);
  EXPECT_NEAR(geometric_mean(sample{1e-300, 1e-300, 1e300, 1e300}), 1, 1400 * u);
}

TEST(geometric_mean, has_the_same_bits_in_any_order) {
  std::size_t compared = 0;
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    auto x = times(31, 1e-6, seed);
    const double mean = geometric_mean(x);
    std::ranges::sort(x);
    EXPECT_EQ(geometric_mean(x), mean);
    std::ranges::reverse(x);
    EXPECT_EQ(geometric_mean(x), mean);
    ++compared;
  }
  EXPECT_EQ(compared, 50);
}

TEST(median, refuses_what_is_no_sample) {
  const auto of_median = [](const sample& x) {
    return misuse([&] { static_cast<void>(median(x)); });
  };
  const auto of_mean = [](const sample& x) {
    return misuse([&] { static_cast<void>(geometric_mean(x)); });
  };
  EXPECT_EQ(of_median({}), "median: the sample is empty");
  EXPECT_EQ(of_median({1, not_a_number}), "median: the sample[1] is not a finite number");
  EXPECT_EQ(of_median({infinity}), "median: the sample[0] is not a finite number");
  EXPECT_EQ(of_median({-1, 0}), "");
  EXPECT_EQ(of_mean({}), "geometric_mean: the sample is empty");
  EXPECT_EQ(of_mean({1, 2, 0}), "geometric_mean: the sample[2] is not a positive finite number");
  EXPECT_EQ(of_mean({-1}), "geometric_mean: the sample[0] is not a positive finite number");
  EXPECT_EQ(of_mean({infinity}), "geometric_mean: the sample[0] is not a positive finite number");
  EXPECT_EQ(of_mean({not_a_number}),
            "geometric_mean: the sample[0] is not a positive finite number");
}

}  // namespace
}  // namespace permdelta::testing

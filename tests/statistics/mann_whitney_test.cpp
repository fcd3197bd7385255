#include "tools/statistics/mann_whitney.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/statistics/reference.hpp"
#include "tests/statistics/samples.hpp"

namespace permdelta::testing {
namespace {

using sample = std::vector<double>;

/// Compares all lines of a kind with SciPy, but for `tolerance` of p; and p with itself where the
/// samples are swapped, reordered, or what a decreasing function makes of them. Returns how many.
[[nodiscard]] std::size_t check(std::string_view kind, double tolerance) {
  std::size_t compared = 0;
  for (reference& line : references(kind)) {
    const std::size_t n = line.count();
    const std::size_t m = line.count();
    sample a = line.sample(n);
    sample b = line.sample(m);
    const double expected = line.number();
    const double p = mann_whitney(a, b);
    EXPECT_NEAR(p, expected, tolerance * expected) << line.text();
    EXPECT_EQ(mann_whitney(b, a), p) << line.text();
    std::ranges::sort(a);
    std::ranges::reverse(b);
    EXPECT_EQ(mann_whitney(a, b), p) << line.text();
    for (sample* x : {&a, &b})
      for (double& value : *x) value = -std::exp(value / 16);
    EXPECT_EQ(mann_whitney(a, b), p) << line.text();
    ++compared;
  }
  return compared;
}

// SciPy adds up some hundred rounded probabilities; ours is one quotient of integers.
TEST(mann_whitney, exact_is_scipys) {
  EXPECT_EQ(check("exact", 1e-13), 36 * 7 + 3 * 7);
}

TEST(mann_whitney, of_ties_is_that_of_all_permutations) {
  EXPECT_EQ(check("ties", 1e-13), 25 * 3);
}

// z is up to 9, where a relative change of u in it changes p by 81 u of itself.
TEST(mann_whitney, normal_is_scipys) {
  EXPECT_EQ(check("normal", 1e-13), 3 * 9);
}

/// All divisions by their bits: not by sums of ranks, and with ties of single elements too.
TEST(mann_whitney, is_what_counting_every_division_gives) {
  std::size_t compared = 0;
  for (std::size_t n = 1; n <= 5; ++n)
    for (std::size_t m = 1; m <= 5; ++m)
      for (std::uint32_t seed = 0; seed < 8; ++seed) {
        sample all = times(n + m, 1, seed);
        for (double& x : all) x = std::round(x * (1 + seed % 4));
        const auto u_of = [&](std::uint32_t chosen) {
          double u = 0;
          for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = 0; j < all.size(); ++j)
              if ((chosen >> i & 1) != 0 && (chosen >> j & 1) == 0)
                u += all[i] > all[j] ? 1 : all[i] == all[j] ? 0.5 : 0;
          return u;
        };
        const double seen = u_of((1U << n) - 1);
        std::size_t ways = 0;
        std::size_t at_most = 0;
        std::size_t at_least = 0;
        for (std::uint32_t chosen = 0; chosen < 1U << all.size(); ++chosen) {
          if (static_cast<std::size_t>(std::popcount(chosen)) != n) continue;
          ++ways;
          at_most += u_of(chosen) <= seen;
          at_least += u_of(chosen) >= seen;
        }
        const double tail = static_cast<double>(std::min(at_most, at_least));
        const std::span<const double> x = all;
        EXPECT_EQ(mann_whitney(x.first(n), x.subspan(n)),
                  std::min(1.0, 2 * (tail / static_cast<double>(ways))))
            << n << ' ' << m << ' ' << seed;
        ++compared;
      }
  EXPECT_EQ(compared, 200);
}

using sizes = std::vector<std::pair<std::size_t, std::size_t>>;

/// Of n elements that are smaller than all m others.
[[nodiscard]] double p_apart(std::size_t n, std::size_t m) {
  sample low(n);
  sample high(m);
  std::iota(low.begin(), low.end(), 0);
  std::iota(high.begin(), high.end(), 1e6);
  return mann_whitney(low, high);
}

TEST(mann_whitney, apart_has_the_smallest_p) {
  std::size_t compared = 0;
  constexpr double u = std::numeric_limits<double>::epsilon();
  for (const auto& [n, m] : sizes{{1, 1},
                                  {1, 2},
                                  {3, 5},
                                  {4, 4},
                                  {5, 5},
                                  {10, 10},
                                  {28, 28},
                                  {20, 41},
                                  {8, 248},
                                  {2, 1022},
                                  {1, 2047}}) {
    const double p = smallest_p(n, m);
    EXPECT_NEAR(p_apart(n, m), p, 4 * u * p) << n << ' ' << m;
    EXPECT_NEAR(p_apart(m, n), p, 4 * u * p) << n << ' ' << m;
    ++compared;
  }
  EXPECT_EQ(compared, 11);
}

TEST(mann_whitney, of_equal_elements_is_1) {
  for (const std::size_t n : {1U, 4U, 28U, 100U, 3000U}) {
    const sample x(n, 0.5);
    const sample y(n + n / 2, 0.5);
    EXPECT_EQ(mann_whitney(x, x), 1) << n;
    EXPECT_EQ(mann_whitney(x, y), 1) << n;
  }
  // Both zeros are one number.
  EXPECT_EQ(mann_whitney(sample{0.0, -0.0, 0.0, -0.0}, sample{-0.0, -0.0, -0.0, -0.0}), 1);
}

TEST(mann_whitney, beyond_its_limits_is_not_exact) {
  std::size_t compared = 0;
  for (const auto& [n, m] : sizes{{29, 29}, {21, 41}, {8, 249}, {2, 1023}, {1, 2048}}) {
    EXPECT_GT(p_apart(n, m), 2 * smallest_p(n, m)) << n << ' ' << m;
    EXPECT_EQ(p_apart(n, m), p_apart(m, n)) << n << ' ' << m;
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

TEST(smallest_p, is_2_of_all_divisions) {
  EXPECT_EQ(smallest_p(1, 1), 1);
  EXPECT_EQ(smallest_p(1, 2), 2.0 / 3);
  EXPECT_EQ(smallest_p(3, 1), 2.0 / 4);
  EXPECT_EQ(smallest_p(3, 3), 2.0 / 20);
  EXPECT_EQ(smallest_p(4, 4), 2.0 / 70);
  EXPECT_EQ(smallest_p(5, 3), 2.0 / 56);
  EXPECT_EQ(smallest_p(5, 5), 2.0 / 252);
  EXPECT_EQ(smallest_p(20, 20), 2.0 / 137846528820);
  EXPECT_EQ(smallest_p(100000, 100000), 0);  // C(200000, 100000) is no double
}

TEST(mann_whitney, refuses_what_is_no_sample) {
  const auto of = [](const sample& a, const sample& b) {
    return misuse([&] { static_cast<void>(mann_whitney(a, b)); });
  };
  EXPECT_EQ(of({1}, {-2, 0}), "");
  EXPECT_EQ(of({}, {1}), "mann_whitney: a is empty");
  EXPECT_EQ(of({1}, {}), "mann_whitney: b is empty");
  EXPECT_EQ(of({1, 2, not_a_number}, {1}), "mann_whitney: a[2] is not a finite number");
  EXPECT_EQ(of({1}, {-infinity}), "mann_whitney: b[0] is not a finite number");
  const auto of_sizes = [](std::size_t n, std::size_t m) {
    return misuse([&] { static_cast<void>(smallest_p(n, m)); });
  };
  EXPECT_EQ(of_sizes(0, 1), "smallest_p: a sample is empty");
  EXPECT_EQ(of_sizes(1, 0), "smallest_p: a sample is empty");
}

}  // namespace
}  // namespace permdelta::testing

#include "bench/input.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/bench/typed.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::uint64_t seed = 42;

template <element T>
std::vector<double> values(distribution from, std::size_t n, std::uint64_t with_seed = seed) {
  std::vector<double> result;
  for (const T value : make_input<T>(from, n, with_seed)) result.push_back(value_of(value));
  return result;
}

double share(const std::vector<double>& x, auto predicate) {
  return static_cast<double>(std::ranges::count_if(x, predicate)) / static_cast<double>(x.size());
}

TEST(make_input, has_the_same_bits_everywhere) {
  const auto expect = [](distribution from, std::vector<std::uint64_t> golden) {
    const auto x = make_input<double>(from, 3, seed);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(bits_of(x[i]), golden[i]) << name(from) << " " << i << ": " << show(x[i]);
  };
  expect(distribution::normal, {0x4000193a87de85ab, 0xbfe866211e9fc312, 0x3ffc795c6cf39c22});
  expect(distribution::fixed, {0x4059000000000000, 0xbf1a36e2eb1c432d, 0xbf1a36e2eb1c432d});
  expect(distribution::pareto, {0x3fe51bdc9730abe4, 0x3fece76ab0a583f1, 0x400d52c5e00535c2});
  expect(distribution::lognormal, {0xc070a5504166f268, 0xbfb04fffccf3309b, 0x402228405e6e9e6a});
  expect(distribution::cancel, {0xc27e7d034ec03982, 0x427e7d034ec03980, 0x3f42d0c646abb8ac});
  EXPECT_EQ(bits_of(make_input<float>(distribution::cancel, 100, seed)[99]), 0x3e3762d3U);
  EXPECT_EQ(bits_of(make_input<fp16>(distribution::lognormal, 1000, seed)[999]), 0x26f0U);
}

template <class T>
class make_input_as : public testing::Test {};
using element_types = testing::Types<double, float, fp16>;
TYPED_TEST_SUITE(make_input_as, element_types);

TYPED_TEST(make_input_as, is_finite_and_of_the_size_asked_for) {
  for (std::size_t d = 0; d < names_of<distribution>.size(); ++d)
    for (const std::size_t n :
         std::initializer_list<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 5001}) {
      const auto x = values<TypeParam>(static_cast<distribution>(d), n);
      EXPECT_EQ(x.size(), n);
      EXPECT_TRUE(std::ranges::all_of(x, [](double v) { return std::isfinite(v); }));
    }
}

TYPED_TEST(make_input_as, is_the_draw_in_double_rounded_once) {
  for (const distribution from : {distribution::normal, distribution::fixed}) {
    const auto x = make_input<TypeParam>(from, 1000, seed);
    const auto drawn = make_input<double>(from, 1000, seed);
    for (std::size_t i = 0; i < x.size(); ++i)
      ASSERT_TRUE(same(x[i], from_double<TypeParam>(drawn[i]))) << name(from) << " " << i;
  }
}

TYPED_TEST(make_input_as, is_another_one_for_another_seed_size_or_distribution) {
  std::set<double> firsts;
  for (const distribution from :
       {distribution::normal, distribution::pareto, distribution::lognormal})
    for (const std::size_t n : std::initializer_list<std::size_t>{10, 11})
      for (const std::uint64_t s : std::initializer_list<std::uint64_t>{1, 2})
        firsts.insert(values<double>(from, n, s)[0]);
  EXPECT_EQ(firsts.size(), 12U);
  EXPECT_EQ(values<TypeParam>(distribution::normal, 10),
            values<TypeParam>(distribution::normal, 10));
}

TEST(make_input, follows_its_distributions) {
  constexpr std::size_t n = 100000;
  constexpr double error = 0.006;  // four standard deviations of a share of 1/2
  const auto normal = values<double>(distribution::normal, n);
  EXPECT_NEAR(share(normal, [](double v) { return v < 0; }), 0.5, error) << "seed " << seed;
  EXPECT_NEAR(share(normal, [](double v) { return std::abs(v) < 1; }), 0.682689, error);
  EXPECT_NEAR(share(normal, [](double v) { return std::abs(v) < 2; }), 0.954500, error);
  EXPECT_GT(share(normal, [](double v) { return std::abs(v) > 3.5; }), 0);

  const auto pareto = values<double>(distribution::pareto, n);  // P(v > t) = 1 / (1 + t)
  EXPECT_EQ(share(pareto, [](double v) { return v < 0; }), 0);
  EXPECT_NEAR(share(pareto, [](double v) { return v > 1; }), 0.5, error);
  EXPECT_NEAR(share(pareto, [](double v) { return v > 9; }), 0.1, error);
  EXPECT_NEAR(share(pareto, [](double v) { return v > 999; }), 0.001, 0.0004);

  const auto lognormal = values<double>(distribution::lognormal, n);
  EXPECT_NEAR(share(lognormal, [](double v) { return v < 0; }), 0.5, error);
  EXPECT_NEAR(share(lognormal, [](double v) { return std::abs(v) < 1; }), 0.5, error);
  EXPECT_NEAR(share(lognormal, [](double v) { return std::abs(v) < std::exp(4.0); }), 0.841345,
              error);

  const auto fixed = values<double>(distribution::fixed, 300);
  for (std::size_t i = 0; i < fixed.size(); ++i)
    EXPECT_EQ(fixed[i], i == 0 || i == 128 || i == 256 ? 100 : -1e-4) << i;
}

/// The binary logarithm of sum|x| / |sum x|.
double log2_condition(const std::vector<double>& x) {
  std::vector<double> sizes = x;
  for (double& value : sizes) value = std::abs(value);
  real condition = exact_sum(sizes);
  mpfr_div(condition.get(), condition.get(), exact_sum(x).get(), MPFR_RNDN);
  return std::log2(std::abs(mpfr_get_d(condition.get(), MPFR_RNDN)));
}

TYPED_TEST(make_input_as, cancels_to_the_sum_it_knows) {
  std::size_t compared = 0;
  for (const std::size_t n :
       std::initializer_list<std::size_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 64, 512, 8192})
    for (std::uint64_t s = 0; s < (n < 100 ? 200U : 5U); ++s, ++compared) {
      const auto x = values<TypeParam>(distribution::cancel, n, s);
      const double known = cancel_sum<TypeParam>(n, s);
      ASSERT_NE(known, 0) << "n " << n << ", seed " << s;
      ASSERT_EQ(mpfr_cmp_d(exact_sum(x).get(), known), 0) << "n " << n << ", seed " << s;
      if (n >= 64) {
        const double wanted = std::same_as<TypeParam, double> ? 80 : 36;
        ASSERT_NEAR(log2_condition(x), wanted, 2) << "n " << n << ", seed " << s;
      } else if (n >= 2) {
        ASSERT_GE(log2_condition(x), format_of<TypeParam>.digits - 2)
            << "n " << n << ", seed " << s;
      }
    }
  EXPECT_GT(compared, 1000U);
  EXPECT_EQ(cancel_sum<TypeParam>(0, 1), 0);
  const auto x = values<TypeParam>(distribution::cancel, 9);
  EXPECT_NE(mpfr_cmp_d(exact_sum(x).get(), 2 * cancel_sum<TypeParam>(9, seed)), 0);
}

TYPED_TEST(make_input_as, cancels_without_pairs) {
  const auto x = values<TypeParam>(distribution::cancel, 1024);
  const std::set<double> all(x.begin(), x.end());
  EXPECT_LT(share(x, [&](double v) { return all.contains(-v); }), 0.05);
}

TEST(make_input, cancels_beyond_ordinary_accumulation) {
  // An error of half the sum or more: not one bit is right.
  const auto is_lost = [](double sum, double known) {
    return std::abs(sum - known) >= 0.5 * std::abs(known);
  };
  EXPECT_FALSE(is_lost(1.4, 1));
  for (const std::size_t n : std::initializer_list<std::size_t>{8, 64, 1024, 8192})
    for (std::uint64_t s = 0; s < 20; ++s) {
      double sum64 = 0;
      for (const double v : make_input<double>(distribution::cancel, n, s)) sum64 += v;
      EXPECT_TRUE(is_lost(sum64, cancel_sum<double>(n, s))) << "n " << n << ", seed " << s;

      float sum32 = 0;
      double wide32 = 0;
      for (const float v : make_input<float>(distribution::cancel, n, s)) {
        sum32 += v;
        wide32 += static_cast<double>(v);
      }
      const double known32 = cancel_sum<float>(n, s);
      EXPECT_TRUE(is_lost(static_cast<double>(sum32), known32)) << "n " << n << ", seed " << s;
      // Double lanes are no way out for fp32.
      if (n >= 1024) {
        EXPECT_NE(wide32, known32) << "n " << n << ", seed " << s;
      }
    }
}

}  // namespace
}  // namespace permdelta::test

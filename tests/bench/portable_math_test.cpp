#include "bench/portable_math.hpp"

#include <gtest/gtest.h>
#include <mpfr.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "bench/formats.hpp"
#include "bench/random.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int draws = 20000;
constexpr std::uint64_t seed = 7;

/// The error of `got` as a value of the MPFR function at x, in ulps of the true value.
template <class Function>
double error_in_ulps(Function function, double x, double got) {
  mpfr_t value;
  mpfr_init2(value, 128);
  mpfr_set_d(value, x, MPFR_RNDN);
  function(value, value, MPFR_RNDN);
  const double ulp = ulp_at(mpfr_get_d(value, MPFR_RNDZ), format_of<double>);
  mpfr_sub_d(value, value, got, MPFR_RNDN);
  const double error = std::abs(mpfr_get_d(value, MPFR_RNDN)) / ulp;
  mpfr_clear(value);
  return error;
}

TEST(portable_log, is_within_one_ulp) {
  random_bits bits{seed};
  double worst = 0;
  for (int i = 0; i < draws; ++i) {
    const double near_one = 0.5 + bits.uniform();
    const double anywhere = std::bit_cast<double>(bits() >> 2);  // positive, up to 2
    for (const double x : {bits.uniform(), near_one, anywhere, 1 / anywhere})
      if (x > 0 && x < infinity && x != 1)
        worst = std::max(worst, error_in_ulps(mpfr_log, x, portable_log(x)));
  }
  EXPECT_LE(worst, 1.0) << "seed " << seed;
  EXPECT_GE(worst, 0.4);  // else nothing was measured
}

TEST(portable_exp, is_within_one_ulp) {
  random_bits bits{seed};
  double worst = 0;
  for (int i = 0; i < draws; ++i)
    for (const double range : {1.0, 50.0, 1400.0}) {
      const double x = range * (bits.uniform() - 0.5);
      worst = std::max(worst, error_in_ulps(mpfr_exp, x, portable_exp(x)));
    }
  EXPECT_LE(worst, 1.0) << "seed " << seed;
  EXPECT_GE(worst, 0.4);
}

TEST(portable_math, error_in_ulps_sees_an_error) {
  EXPECT_GT(error_in_ulps(mpfr_exp, 1.0, std::nextafter(std::nextafter(portable_exp(1), 9), 9)), 1);
  EXPECT_GT(error_in_ulps(mpfr_log, 3.0, std::nextafter(std::nextafter(portable_log(3), 9), 9)), 1);
}

TEST(portable_math, has_the_usual_special_values) {
  EXPECT_EQ(portable_log(1), 0);
  EXPECT_EQ(portable_log(0), -infinity);
  EXPECT_EQ(portable_log(infinity), infinity);
  EXPECT_TRUE(std::isnan(portable_log(-1)));
  EXPECT_TRUE(std::isnan(portable_log(std::nan(""))));
  EXPECT_EQ(portable_exp(0), 1);
  EXPECT_EQ(portable_exp(710), infinity);
  EXPECT_EQ(portable_exp(infinity), infinity);
  EXPECT_LT(portable_exp(709.78), infinity);
  EXPECT_EQ(portable_exp(-746), 0);
  EXPECT_EQ(portable_exp(-infinity), 0);
  EXPECT_EQ(portable_exp(-745), 0x1p-1074);
  EXPECT_TRUE(std::isnan(portable_exp(std::nan(""))));
}

TEST(portable_math, has_the_same_bits_everywhere) {
  EXPECT_EQ(portable_log(0.1), -0x1.26bb1bbb55515p+1);
  EXPECT_EQ(portable_log(1e300), 0x1.5963447f87fb5p+9);
  EXPECT_EQ(portable_exp(0.1), 0x1.1aec7b35a00d4p+0);
  EXPECT_EQ(portable_exp(-700.5), 0x1.4ff475c68ca02p-1011);
}

TEST(random_bits, has_the_same_bits_everywhere) {
  random_bits bits{1, 2, 3};
  EXPECT_EQ(bits(), 0xf44463172d5ab7cfU);
  EXPECT_EQ(bits(), 0xfcf9374149e54b62U);
  EXPECT_NE(random_bits({1, 2})(), random_bits({2, 1})());
  EXPECT_NE(random_bits({1})(), random_bits({1, 0})());
}

TEST(random_bits, below_is_in_range_and_even_handed) {
  random_bits bits{seed};
  constexpr std::uint64_t bound = 3;
  int counts[bound] = {};
  for (int i = 0; i < 30000; ++i) ++counts[bits.below(bound)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400) << "seed " << seed;
  EXPECT_EQ(bits.below(1), 0U);
  // Two thirds of 2^32: without the rejection, odd answers in the lower half would come twice as
  // often as even ones.
  constexpr std::uint64_t large = 0xAAAAAAAA;
  int even = 0;
  int odd = 0;
  for (int i = 0; i < 40000; ++i) {
    const std::uint64_t draw = bits.below(large);
    ASSERT_LT(draw, large);
    if (draw < large / 2) ++(draw % 2 == 0 ? even : odd);
  }
  EXPECT_NEAR(even, 10000, 400) << "seed " << seed;
  EXPECT_NEAR(odd, 10000, 400) << "seed " << seed;
  std::uint64_t top = 0;
  for (int i = 0; i < 100; ++i) top = std::max(top, bits.below(std::uint64_t{1} << 32));
  EXPECT_GT(top, 0xE0000000U);
  EXPECT_LE(top, 0xFFFFFFFFU);
}

}  // namespace
}  // namespace permdelta::test

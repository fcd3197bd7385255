#include "bench/expansion.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "bench/random.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

expansion sum_of(const std::vector<double>& x) {
  expansion sum;
  for (const double value : x) sum.add(value);
  return sum;
}

TEST(expansion, rounds_the_exact_sum_to_nearest_even) {
  const double big = 0x1p53;
  EXPECT_EQ(sum_of({}).to_double(), 0);
  EXPECT_EQ(sum_of({big, 1}).to_double(), big);                      // a tie, to even
  EXPECT_EQ(sum_of({big, 1, 0x1p-1074}).to_double(), big + 2);       // just above it
  EXPECT_EQ(sum_of({big + 2, 1, -0x1p-1074}).to_double(), big + 2);  // just below
  EXPECT_EQ(sum_of({big + 2, 1}).to_double(), big + 4);
  EXPECT_EQ(sum_of({-big - 2, -1, 0x1p-1074}).to_double(), -big - 2);
  EXPECT_EQ(sum_of({big, 0x1p-1074, 1, -big}).to_double(), 1);
  EXPECT_EQ(sum_of({1e308, -1e308, 0x1p-1074}).to_double(), 0x1p-1074);
  EXPECT_FALSE(std::signbit(sum_of({-1.5, 1.5}).to_double()));
}

TEST(expansion, agrees_with_mpfr) {
  tally checks;
  std::size_t naive_is_wrong = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    random_bits bits{seed};
    // Few bits and few exponents make ties likely, many make long expansions.
    const std::uint64_t exponents = std::uint64_t{1} << bits.below(12);
    const int digits = 1 + static_cast<int>(bits.below(53));
    std::vector<double> x(1 + bits.below(40));
    double naive = 0;
    for (double& value : x) {
      const auto exponent = static_cast<int>(bits.below(exponents) - exponents / 2);
      const auto significand = static_cast<std::int64_t>(bits()) >> (63 - digits);
      value = std::ldexp(static_cast<double>(significand), std::min(exponent, 1023 - 60) - 52);
      naive += value;
    }
    const real exact = exact_sum(x);
    const expansion sum = sum_of(x);
    const double expected = nearest<double>(exact);
    naive_is_wrong += naive != expected;
    checks.check(sum.to_double() == expected, [&] {
      return "seed " + std::to_string(seed) + ": " + show(sum.to_double()) + " is not " +
             show(expected);
    });

    const double_double twice = sum.to_double_double();
    real rest = exact;
    mpfr_sub_d(rest.get(), rest.get(), twice.high, MPFR_RNDN);
    checks.check(twice.high == expected && twice.low == nearest<double>(rest),
                 [&] { return "double-double, seed " + std::to_string(seed); });
  }
  EXPECT_EQ(checks.compared(), 4000U);
  EXPECT_GT(naive_is_wrong, 200U);
}

TEST(expansion, adds_products_exactly) {
  expansion sum;
  sum.add_product(0x1.0000001p+0, 0x1.0000001p+0);
  sum.add(-1);
  sum.add(-0x1p-27);
  EXPECT_EQ(sum.to_double(), 0x1p-56);
}

TEST(expansion, passes_infinities_and_nans_on) {
  EXPECT_EQ(sum_of({1, infinity, 2}).to_double(), infinity);
  EXPECT_EQ(sum_of({-infinity, 1e308}).to_double_double().high, -infinity);
  EXPECT_TRUE(std::isnan(sum_of({infinity, 1, -infinity}).to_double()));
  EXPECT_TRUE(std::isnan(sum_of({1, std::nan(""), 2}).to_double()));
  EXPECT_EQ(sum_of({1e308, 1e308}).to_double(), infinity);
}

}  // namespace
}  // namespace permdelta::test

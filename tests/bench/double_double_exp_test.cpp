#include "bench/double_double_exp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bench/random.hpp"
#include "tests/bench/typed.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double bound = 0x1p-101;

/// An MPFR number of 300 bits.
class number {
 public:
  explicit number(double_double value = {}) {
    mpfr_init2(value_, 300);
    mpfr_set_d(value_, value.high, MPFR_RNDN);
    mpfr_add_d(value_, value_, value.low, MPFR_RNDN);
  }
  number(const number&) = delete;
  number& operator=(const number&) = delete;
  ~number() { mpfr_clear(value_); }
  [[nodiscard]] mpfr_ptr get() noexcept { return value_; }

 private:
  mpfr_t value_;
};

/// |got - e^a|.
[[nodiscard]] double error(double_double a, double_double got, int exponent = 0) {
  number exact(a), other(got);
  mpfr_exp(exact.get(), exact.get(), MPFR_RNDN);
  mpfr_mul_2si(other.get(), other.get(), exponent, MPFR_RNDN);
  mpfr_sub(other.get(), other.get(), exact.get(), MPFR_RNDN);
  return std::abs(mpfr_get_d(other.get(), MPFR_RNDA));
}

/// The same, relative to e^a.
[[nodiscard]] double relative_error(double_double a, const scaled_double_double& got) {
  number exact(a), other(got.significand);
  mpfr_exp(exact.get(), exact.get(), MPFR_RNDN);
  mpfr_mul_2si(other.get(), other.get(), got.exponent, MPFR_RNDN);
  mpfr_sub(other.get(), other.get(), exact.get(), MPFR_RNDN);
  mpfr_div(other.get(), other.get(), exact.get(), MPFR_RNDN);
  return std::abs(mpfr_get_d(other.get(), MPFR_RNDA));
}

/// Multiples of a half ln 2, to twice the precision of double and a little beside: where the
/// reduction cancels most, and where it changes from one multiple to the next.
[[nodiscard]] double_double near_half_ln2_times(int k, random_bits& bits) {
  number product;
  mpfr_const_log2(product.get(), MPFR_RNDN);
  mpfr_mul_si(product.get(), product.get(), k, MPFR_RNDN);
  mpfr_div_2ui(product.get(), product.get(), 1, MPFR_RNDN);
  const double high = mpfr_get_d(product.get(), MPFR_RNDN);
  mpfr_sub_d(product.get(), product.get(), high, MPFR_RNDN);
  const double low = mpfr_get_d(product.get(), MPFR_RNDN);
  switch (bits.below(4)) {
    case 0:
      return {high, low};
    case 1:
      return {high, 0};
    case 2:
      return {std::nextafter(high, bits.below(2) == 0 ? 0.0 : -infinity), -low};
    default:
      return fast_two_sum(high,
                          std::ldexp(bits.uniform() - 0.5, -static_cast<int>(bits.below(99))));
  }
}

TEST(double_double_exp, is_accurate) {
  double worst = 0;
  std::size_t compared = 0;
  random_bits bits{1};
  const auto check = [&](double_double a) {
    if (a.high > 0 || a.high < -760) return;
    const auto got = exp_scaled(a);
    ASSERT_GE(got.significand.high, 0.7) << a.high;
    ASSERT_LE(got.significand.high, 1.42) << a.high;
    ASSERT_EQ(got.significand.high + got.significand.low, got.significand.high) << a.high;
    const double off = relative_error(a, got);
    worst = std::max(worst, off);
    ++compared;
    ASSERT_LE(off, bound) << show(a.high) << " + " << show(a.low);
  };
  for (int i = 0; i < 20000; ++i) {
    // Any size from -760 up, of 53 and of 106 bits.
    const double size = std::ldexp(1 + bits.uniform(), static_cast<int>(bits.below(130)) - 120);
    check({-size});
    check(fast_two_sum(-size, (bits.uniform() - 0.5) * size * 0x1p-53));
    check(fast_two_sum(-760 * bits.uniform(), (bits.uniform() - 0.5) * 0x1p-50));
  }
  for (int k = 0; k <= 2 * 1097; ++k)
    for (int i = 0; i < 8; ++i) check(near_half_ln2_times(-k, bits));
  for (const double a : {-760.0, -745.2, -708.4, -1.0, -0x1p-54, -0x1p-1022, -0x1p-1074})
    check({a});
  EXPECT_GT(compared, 60000U);
  EXPECT_GT(worst, 0x1p-107);  // else nothing was measured
}

TEST(double_double_exp, has_the_usual_special_values) {
  for (const double zero : {0.0, -0.0}) {
    EXPECT_EQ(exp({zero}).high, 1);
    EXPECT_EQ(exp({zero}).low, 0);
  }
  EXPECT_EQ(exp({-infinity}).high, 0);
  EXPECT_EQ(exp(two_sum(-infinity, 1)).high, 0);  // its low part is NaN
  EXPECT_EQ(exp(two_sum(-0x1.8p+1023, -0x1.8p+1023)).high, 0);
  EXPECT_EQ(exp({-761}).high, 0);
  EXPECT_EQ(exp_scaled({-761}).significand.high, 0);
  EXPECT_TRUE(std::isnan(exp({std::nan("")}).high));
}

TEST(double_double_exp, as_one_number_it_has_an_absolute_error_where_it_underflows) {
  std::size_t subnormal = 0;
  random_bits bits{2};
  for (int i = 0; i < 20000; ++i) {
    const double_double a = fast_two_sum(-650 - 110 * bits.uniform(), bits.uniform() * 0x1p-60);
    const double_double got = exp(a);
    ASSERT_LE(error(a, got), std::max(0x1p-1074, got.high * bound)) << show(a.high);
    subnormal += got.high > 0 && got.high < std::numeric_limits<double>::min();
  }
  EXPECT_GT(subnormal, 3000U);
}

TEST(double_double_exp, errors_are_seen) {
  EXPECT_GT(relative_error({-1}, {exp({-1}) + 0x1p-100, 0}), bound);
  EXPECT_GT(error({-740}, exp({-740}) + 0x1p-1073), 0x1p-1074);
}

TEST(round_to, decides_between_subnormal_numbers) {
  tally checks;
  std::size_t rounding_twice_is_wrong = 0;
  random_bits bits{3};
  const auto check = [&](double_double significand, int exponent) {
    real exact(significand.high);
    mpfr_add_d(exact.get(), exact.get(), significand.low, MPFR_RNDN);
    mpfr_mul_2si(exact.get(), exact.get(), exponent, MPFR_RNDN);
    const auto describe = [&] {
      return show(significand.high) + " + " + show(significand.low) + " times 2^" +
             std::to_string(exponent);
    };
    checks.check(same(round_to<double>(significand, exponent), nearest<double>(exact)), describe);
    checks.check(same(round_to<float>(significand, exponent), nearest<float>(exact)), describe);
    checks.check(same(round_to<bf16>(significand, exponent), nearest<bf16>(exact)), describe);
    rounding_twice_is_wrong += std::ldexp(significand.high, exponent) != nearest<double>(exact);
  };
  for (int i = 0; i < 20000; ++i) {
    const double sign = bits.below(2) == 0 ? 1 : -1;
    const double low = sign * (bits.uniform() - 0.5) * 0x1p-54;
    const int exponent = -static_cast<int>(bits.below(1100));
    check(fast_two_sum(sign * (1 + bits.uniform()), low), exponent);
    // Few digits, so that `high` may be a tie.
    const double few = std::ldexp(static_cast<double>(64 + bits.below(64)), -6);
    const int deep = -1074 - static_cast<int>(bits.below(4)) + static_cast<int>(bits.below(9));
    for (const double rest : {low, -low, 0.0, 0x1p-200, -0x1p-200}) check({sign * few, rest}, deep);
  }
  for (const int exponent : {-1021, -1022, -1023, -1074, -1075, -1076, -1100})
    for (const double high : {1.0, 1 - 0x1p-53, 1 + 0x1p-52, 0.75})
      for (const double low : {0.0, 0x1p-60, -0x1p-60}) check({high, low}, exponent);
  EXPECT_GT(checks.compared(), 3U * 120000U);
  EXPECT_GT(rounding_twice_is_wrong, 4000U);
  EXPECT_EQ(round_to<double>({}, -1080), 0);
  EXPECT_TRUE(std::isnan(round_to<double>({std::nan("")}, -1080)));
}

}  // namespace
}  // namespace permdelta::test

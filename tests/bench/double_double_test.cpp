#include "bench/double_double.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "bench/random.hpp"
#include "tests/bench/typed.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double bound = 0x1p-101;

real exact(double_double value) {
  real result{value.high};
  mpfr_add_d(result.get(), result.get(), value.low, MPFR_RNDN);
  return result;
}

/// |got - expected| / |expected|.
double relative_error(double_double got, const real& expected) {
  real error = exact(got);
  mpfr_sub(error.get(), error.get(), expected.get(), MPFR_RNDN);
  if (mpfr_zero_p(error.get())) return 0;
  mpfr_div(error.get(), error.get(), expected.get(), MPFR_RNDN);
  return std::abs(mpfr_get_d(error.get(), MPFR_RNDN));
}

double_double draw(random_bits& bits) {
  const auto part = [&](int exponent) { return std::ldexp(bits.uniform() - 0.5, exponent); };
  const int exponent = static_cast<int>(bits.below(100)) - 50;
  const int gap = 54 + static_cast<int>(bits.below(8));
  return fast_two_sum(part(exponent), part(exponent - gap));
}

TEST(double_double, operations_are_accurate) {
  double worst = 0;
  constexpr int draws = 5000;
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    random_bits bits{seed};
    const double_double a = draw(bits);
    double_double b = draw(bits);
    if (seed % 4 == 0) b = fast_two_sum(-a.high, b.low * 0x1p-40);  // cancellation
    const real x = exact(a), y = exact(b);
    real sum, difference, product, quotient, scaled, shifted, root = x;
    mpfr_add(sum.get(), x.get(), y.get(), MPFR_RNDN);
    mpfr_sub(difference.get(), x.get(), y.get(), MPFR_RNDN);
    mpfr_mul(product.get(), x.get(), y.get(), MPFR_RNDN);
    mpfr_div(quotient.get(), x.get(), y.get(), MPFR_RNDN);
    mpfr_mul_d(scaled.get(), x.get(), b.high, MPFR_RNDN);
    mpfr_add_d(shifted.get(), x.get(), b.high, MPFR_RNDN);
    mpfr_abs(root.get(), root.get(), MPFR_RNDN);
    mpfr_sqrt(root.get(), root.get(), MPFR_RNDN);
    const double errors[] = {relative_error(a + b, sum),
                             relative_error(a - b, difference),
                             relative_error(a * b, product),
                             relative_error(a / b, quotient),
                             relative_error(a * b.high, scaled),
                             relative_error(a + b.high, shifted),
                             relative_error(sqrt(a.high < 0 ? -a : a), root)};
    for (const double error : errors) {
      worst = std::max(worst, error);
      ASSERT_LE(error, bound) << "operation " << (&error - errors) << ", seed " << seed;
    }
  }
  EXPECT_GT(worst, 0x1p-108);  // else nothing was measured
  EXPECT_EQ(sqrt(double_double{}).high, 0);
}

TEST(double_double, relative_error_sees_an_error) {
  EXPECT_GT(relative_error({1, 0x1p-100}, real{1}), bound);
}

TEST(round_to, decides_every_tie_between_halves) {
  tally checks;
  std::size_t rounding_twice_is_wrong = 0;
  constexpr double tiny = 0x1p-120;
  for (unsigned bits = 0; bits < 0x7BFF; ++bits) {  // up to the last finite half but one
    const fp16 below{static_cast<std::uint16_t>(bits)};
    const fp16 above{static_cast<std::uint16_t>(bits + 1)};
    const double tie = (value_of(below) + value_of(above)) / 2;
    const auto describe = [&] { return "around " + show(below); };
    checks.check(round_to<fp16>({tie, -tiny}) == below, describe);
    checks.check(round_to<fp16>({tie, tiny}) == above, describe);
    checks.check(round_to<fp16>({tie, 0}) == (bits % 2 == 0 ? below : above), describe);
    rounding_twice_is_wrong += from_double<fp16>(tie + tiny) != above;
    const auto negative = [](fp16 half) {
      return fp16{static_cast<std::uint16_t>(half.bits | 0x8000U)};
    };
    checks.check(round_to<fp16>({-tie, -tiny}) == negative(above), describe);
    checks.check(round_to<fp16>({-tie, tiny}) == negative(below), describe);
  }
  EXPECT_EQ(checks.compared(), 5U * 0x7BFF);
  EXPECT_GT(rounding_twice_is_wrong, 15000U);
}

TEST(round_to, agrees_with_mpfr_for_float) {
  tally checks;
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    random_bits bits{seed};
    // A float and a half of its ulp, in a range with subnormals, and a little more or less.
    const auto start = std::bit_cast<float>(static_cast<std::uint32_t>(bits.below(0x02000000)));
    const double tie =
        (static_cast<double>(start) + static_cast<double>(std::nextafter(start, 1.0F))) / 2;
    const double_double value{tie, std::ldexp(bits.uniform() - 0.5, -280)};
    checks.check(same(round_to<float>(value), nearest<float>(exact(value))),
                 [&] { return "seed " + std::to_string(seed); });
  }
  EXPECT_EQ(checks.compared(), 20000U);
}

}  // namespace
}  // namespace permdelta::test

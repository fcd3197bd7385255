/// The witnesses are examined first: MPFR's wrapper, the tests' own halves, the enclosures.

#include "tests/kernels/oracle.hpp"

#include <array>

#include "tests/kernels/enclosure.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

TEST(oracle, sums_exactly) {
  EXPECT_EQ(reference_sum<double>(std::array{0x1p1023, 0x1p-1074, -0x1p1023}), 0x1p-1074);
  EXPECT_EQ(reference_sum<double>(std::array{1.0, 0x1p-53, 0x1p-106}), 1.0 + 0x1p-52);
  EXPECT_EQ(reference_sum<double>(std::array{1.0, 0x1p-53}), 1.0);
  EXPECT_EQ(reference_sum<double>(std::array{0x1p1023, 0x1p1023}),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(reference_sum<float>(std::array{1.0F, 0x1p-24F, 0x1p-100F}), 1.0F + 0x1p-23F);
  EXPECT_EQ(reference_mean<double>(std::array{1.0, 0.0, 0.0}), 1.0 / 3.0);
}

TEST(oracle, layernorm_of_two_elements) {
  const auto y = reference_layernorm<float>(std::array{3.0F, 1.0F});
  const auto expected = static_cast<float>(1.0 / (1.0 + static_cast<double>(1e-6F)));
  EXPECT_EQ(y, (std::vector{expected, -expected}));
}

template <element T>
void check_short_roundings(int lowest, int range) {
  tally agreed;
  splitmix64 random(1);
  const auto compare = [&](double value) {
    const T a = nearest<T>(real(value));
    const T b = nearest_short<T>(value);
    agreed.check(a == b, [&] { return "of " + show(value) + ": " + show(a) + ", " + show(b); });
  };
  for (int i = 0; i < 20000; ++i)
    compare(random.sign() *
            std::ldexp(1.0 + random.uniform(),
                       lowest + static_cast<int>(random.below(static_cast<std::uint64_t>(range)))));
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const auto number = from_bits<T>(bits);
    if (!is_nan(number)) compare(value_of(number));
  }
  EXPECT_EQ(agreed.compared(), 20000U + 2 * (infinity_bits<T> + 1));
}

TEST(oracle, the_two_roundings_to_half_agree) {
  check_short_roundings<fp16>(-30, 50);
}
TEST(oracle, the_two_roundings_to_bfloat_agree) {
  check_short_roundings<bf16>(-140, 270);
}

/// The roundings to each format against MPFR's own, at every exponent, those out of range too.
template <element T>
void check_nearest() {
  constexpr format f = format_of<T>;
  tally agreed;
  splitmix64 random(2);
  const auto compare = [&](const real& value) {
    const double a = value_of(nearest<T>(value));
    const double b = emulate<T>(value);
    agreed.check(same(a, b), [&] { return show(a) + " or " + show(b); });
  };
  for (int exponent = f.min_exponent - f.digits - 2; exponent <= f.max_exponent + 2; ++exponent)
    for (int i = 0; i < 20; ++i) {
      // A few leading bits, a few halves of the last place, and less than a 2^-60th of that: so
      // midpoints and what surrounds them come up.
      const double head = std::floor(std::ldexp(1.0 + random.uniform(), i));
      const double tail = std::floor(4 * random.uniform()) - 1;
      real value(random.sign() * head);
      mpfr_mul_2si(value.get(), value.get(), f.digits + 60, MPFR_RNDN);
      mpfr_add_d(value.get(), value.get(), std::ldexp(tail, i + 60), MPFR_RNDN);
      mpfr_add_d(value.get(), value.get(), static_cast<double>(random.below(3)) - 1, MPFR_RNDN);
      mpfr_mul_2si(value.get(), value.get(), exponent - i - f.digits - 60, MPFR_RNDN);
      compare(value);
    }
  for (const double special :
       {0.0, -0.0, std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    compare(real(special));
  EXPECT_GE(agreed.compared(), 20U * 40U + 5U);
}

TEST(oracle, rounds_to_every_format_as_mpfr_emulates_it) {
  check_nearest<double>();
  check_nearest<float>();
  check_nearest<fp16>();
  check_nearest<bf16>();
  EXPECT_EQ(nearest<bf16>(real(0x1.01p0)), bf16{0x3f80});
  EXPECT_EQ(nearest<bf16>(real(0x1.03p0)), bf16{0x3f82});
  EXPECT_EQ(nearest<bf16>(real(0x1.010001p0)), bf16{0x3f81});
  EXPECT_EQ(nearest<bf16>(real(-0x1p-134)), bf16{0x8000});
  EXPECT_EQ(nearest<bf16>(real(0x1.8p-133)), bf16{0x0002});
  EXPECT_EQ(nearest<bf16>(real(-0x1.ffp127)), bf16{0xff80});
  EXPECT_EQ(nearest<bf16>(real(0x1.feffp127)), bf16{0x7f7f});
}

/// MPFR's layernorm, which has no intermediate roundings, lies in the outward enclosure.
template <element T>
void check_enclosures() {
  tally inside;
  for (const auto& s : shapes) {
    if (squares_overflow<T>(s.kind)) continue;
    for (const std::size_t n : {1U, 2U, 3U, 7U, 8U, 30U, 101U, 257U}) {
      const judged_input<T> input(make_input<T>(s.kind, n, n), describe(s.name, n, n));
      const double bound = 2 * unit_roundoff<compute_t<T>>;
      const auto reference = reference_layernorm<T>(input.x);
      const std::string against = objection(enclose_layernorm(input, bound, true), reference);
      inside.check(against.empty(), [&] { return input.label + ": " + against; });
    }
  }
  EXPECT_GE(inside.compared(), 7U * 8U);
}

TEST(oracle, lies_in_the_enclosures_fp64) {
  check_enclosures<double>();
}
TEST(oracle, lies_in_the_enclosures_fp32) {
  check_enclosures<float>();
}
TEST(oracle, lies_in_the_enclosures_fp16) {
  check_enclosures<fp16>();
}
TEST(oracle, lies_in_the_enclosures_bf16) {
  check_enclosures<bf16>();
}

TEST(oracle, a_nan_or_a_neighbour_is_outside) {
  const std::vector<interval<float>> one{{1.0F, 1.0F}};
  EXPECT_TRUE(objection(one, {1.0F}).empty());
  EXPECT_FALSE(objection(one, {1.0F + 0x1p-23F}).empty());
  EXPECT_FALSE(objection(one, {std::numeric_limits<float>::quiet_NaN()}).empty());
  EXPECT_FALSE(objection(one, {1.0F, 1.0F}).empty());
}

}  // namespace
}  // namespace permdelta::test

/// softmax's reference where its exponentials, their sum or the rounding of their quotient are
/// difficult, in every element type.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bench/random.hpp"
#include "tests/bench/typed.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
class softmax_reference_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(softmax_reference_of, element_types);

template <element T>
[[nodiscard]] std::vector<T> elements(const std::vector<double>& x) {
  std::vector<T> result;
  for (const double value : x) result.push_back(from_double<T>(value));
  return result;
}

template <element T>
[[nodiscard]] typed_reference<T> softmax(const std::vector<double>& x) {
  return make_reference<T>(operation::softmax, elements<T>(x));
}

/// Compares with MPFR, bit by bit.
template <element T>
class comparison {
 public:
  void operator()(const std::vector<double>& values, const char* what) {
    const auto x = elements<T>(values);
    const auto got = make_reference<T>(operation::softmax, x);
    const auto right = reference_softmax<T>(x);
    ASSERT_EQ(got.result.size(), x.size());
    ASSERT_EQ(got.tolerance.size(), x.size());
    EXPECT_TRUE(got.finite) << what;
    for (std::size_t i = 0; i < x.size(); ++i) {
      checks.check(same(got.result[i], right[i]), [&] {
        return std::string(what) + ", n = " + std::to_string(x.size()) + ": " + show(x[i]) +
               " gives " + show(got.result[i]) + ", MPFR " + show(right[i]);
      });
      const bool masked = value_of(x[i]) == -infinity;
      checks.check(masked ? got.tolerance[i] == 0 : got.tolerance[i] > 0,
                   [&] { return std::string(what) + ": tolerance " + show(got.tolerance[i]); });
      const double y = value_of(got.result[i]);
      subnormal += y > 0 && y < std::ldexp(1.0, format_of<T>.min_exponent);
    }
  }
  tally checks;
  std::size_t subnormal = 0;
};

TYPED_TEST(softmax_reference_of, random_rows_are_mpfrs) {
  using T = TypeParam;
  comparison<T> compare;
  // Where e^t leaves the type: subnormal results are just above.
  const double edge = (format_of<T>.min_exponent - format_of<T>.digits) * std::log(2.0);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    random_bits bits{seed};
    const std::size_t n = 1 + bits.below(40);
    std::vector<double> narrow(n), wide(n), deep(n), masked(n), far(n), alike(n, 0.1);
    for (std::size_t i = 0; i < n; ++i) {
      narrow[i] = bits.uniform();
      wide[i] = 2 * edge * bits.uniform();
      deep[i] = i == 0 ? 1 : edge * (1.02 - 0.1 * bits.uniform());
      masked[i] = i > 0 && bits.below(3) == 0 ? -infinity : 10 * bits.uniform();
      far[i] = -50000 - 8 * bits.uniform();
    }
    compare(narrow, "narrow");
    compare(wide, "wide");
    compare(deep, "deep");
    compare(masked, "masked");
    compare(far, "far from zero");
    compare(alike, "all alike");
  }
  EXPECT_GT(compare.checks.compared(), 6U * 2U * 300U * 15U);
  EXPECT_GT(compare.subnormal, 500U);
}

TYPED_TEST(softmax_reference_of, extreme_rows_are_mpfrs) {
  using T = TypeParam;
  comparison<T> compare;
  const double most = largest<T>();
  const double least = std::ldexp(1.0, format_of<T>.min_exponent - format_of<T>.digits + 1);
  const std::vector<std::vector<double>> rows{
      {0},
      {-0.0},
      {most},
      {-most},
      {most, -most},
      {-most, most, most},
      {-most, -most, -most},
      {most, most},
      {-most, -infinity},
      {-infinity, 0, -infinity},
      {least, -least, 0, -0.0},
      {1, 1, -infinity, -most},
      {0, -0x1p-10, -0x1p-20, -0x1p-24},
      {0, -36.75, -37, -37.5},  // beside 1 in a double, half an ulp and less
      {0, -17, -16.5, -8.5, -8.25}};
  for (const auto& row : rows) compare(row, "extreme");
  for (const std::size_t n : {2U, 3U, 1024U, 2047U, 2048U, 2049U, 4095U, 4097U}) {
    compare(std::vector<double>(n, -3.0), "alike");
    std::vector<double> one_more(n, -12.0);
    one_more.back() = 0;
    compare(one_more, "one above the others");
  }
  EXPECT_GT(compare.checks.compared(), 2U * 15000U);
}

/// Long rows, whose sum a plain double would get wrong.
TYPED_TEST(softmax_reference_of, a_long_row_is_mpfrs) {
  using T = TypeParam;
  comparison<T> compare;
  random_bits bits{7};
  std::vector<double> x(20000);
  for (double& value : x) value = -5 * bits.uniform();
  compare(x, "long");
  EXPECT_EQ(compare.checks.compared(), 2U * x.size());
}

TYPED_TEST(softmax_reference_of, what_is_no_number_is_not_finite) {
  using T = TypeParam;
  for (const std::vector<double>& row :
       std::vector<std::vector<double>>{{-infinity},
                                        {-infinity, -infinity},
                                        {infinity},
                                        {infinity, 1},
                                        {infinity, -infinity},
                                        {infinity, infinity},
                                        {std::nan("")},
                                        {1, std::nan(""), 2},
                                        {-infinity, std::nan("")}}) {
    const auto got = softmax<T>(row);
    EXPECT_FALSE(got.finite) << row[0];
    EXPECT_EQ(got.result.size(), row.size());
    EXPECT_TRUE(std::ranges::all_of(got.result, [](T y) { return is_nan(y); })) << row[0];
  }
  const auto mask = softmax<T>({-infinity, 5, -infinity});
  EXPECT_TRUE(mask.finite);
  EXPECT_EQ(value_of(mask.result[0]), 0);
  EXPECT_EQ(value_of(mask.result[1]), 1);
  EXPECT_EQ(mask.ulp, ulp_at<T>(1));
}

/// What can be said without an exponential; MPFR's answers are asked for it too.
TEST(softmax_reference, knows_the_simple_answers) {
  for (const std::size_t n : {1U, 2U, 3U, 1000U}) {
    const std::vector<double> x(n, 4.0);
    const double share = 1 / static_cast<double>(n);
    EXPECT_EQ(softmax<double>(x).result, std::vector<double>(n, share));
    EXPECT_EQ(reference_softmax<double>(x), std::vector<double>(n, share));
  }
  // 1/3 and 2/3, but for the rounding of ln 2.
  const std::vector<double> x{0, std::log(2.0)};
  EXPECT_NEAR(softmax<double>(x).result[0], 1 / 3.0, 1e-16);
  EXPECT_NEAR(reference_softmax<double>(x)[1], 2 / 3.0, 2e-16);
  EXPECT_TRUE(is_nan(reference_softmax<float>(std::vector{std::nanf(""), 1.0F})[1]));
}

TEST(rmsnorm_reference, knows_the_simple_answers) {
  const double eps = 1e-6;
  EXPECT_EQ(reference_rmsnorm<double>(std::vector{0.0, -0.0}), (std::vector{0.0, -0.0}));
  for (const double a : {3.0, 1e-3, -1e-5}) {
    const std::vector<double> x{a, -a};
    const auto got = make_reference<double>(operation::rmsnorm, std::span<const double>(x));
    EXPECT_DOUBLE_EQ(got.result[0], a / std::sqrt(a * a + eps));
    EXPECT_DOUBLE_EQ(reference_rmsnorm<double>(x)[1], -a / std::sqrt(a * a + eps));
  }
}

TYPED_TEST(softmax_reference_of, rmsnorm_is_mpfrs) {
  using T = TypeParam;
  tally checks;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    random_bits bits{seed, 1};
    const std::size_t n = 1 + bits.below(40);
    for (const double scale : {1e-5, 1e-3, 1.0, 60000.0}) {
      std::vector<double> values(n);
      for (double& value : values) value = scale * (2 * bits.uniform() - 1);
      const auto x = elements<T>(values);
      const auto got = make_reference<T>(operation::rmsnorm, x);
      const auto right = reference_rmsnorm<T>(x);
      EXPECT_TRUE(got.finite);
      for (std::size_t i = 0; i < n; ++i)  // but for a zero's sign
        checks.check(value_of(got.result.at(i)) == value_of(right.at(i)), [&] {
          return "rmsnorm, seed " + std::to_string(seed) + ": " + show(got.result[i]) + ", MPFR " +
                 show(right[i]);
        });
    }
  }
  EXPECT_GT(checks.compared(), 4U * 300U * 15U);
}

}  // namespace
}  // namespace permdelta::test

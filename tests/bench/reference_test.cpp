#include "bench/reference.hpp"

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

template <class T>
class reference_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16>;
TYPED_TEST_SUITE(reference_of, element_types);

template <element T>
std::vector<T> elements(const std::vector<double>& x) {
  std::vector<T> result;
  for (const double value : x) result.push_back(from_double<T>(value));
  return result;
}

template <element T>
T sum_of(const std::vector<double>& x) {
  return make_reference<T>(operation::sum, elements<T>(x)).result.at(0);
}
template <element T>
T mean_of(const std::vector<double>& x) {
  return make_reference<T>(operation::mean, elements<T>(x)).result.at(0);
}

/// Whether the reference's results are the oracle's, bit by bit but for a zero's sign.
template <element T>
void compare(std::span<const T> x, tally& checks, const std::string& label) {
  const auto agree = [&](operation op, const std::vector<T>& right) {
    const auto got = make_reference<T>(op, x).result;
    ASSERT_EQ(got.size(), right.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      checks.check(value_of(got[i]) == value_of(right[i]), [&] {
        return label + " " + std::string(name(op)) + " " + std::to_string(i) + " " + show(got[i]) +
               ", MPFR " + show(right[i]);
      });
  };
  agree(operation::sum, {reference_sum<T>(x)});
  agree(operation::mean, {reference_mean<T>(x)});
  agree(operation::layernorm, reference_layernorm<T>(x));
  agree(operation::rmsnorm, reference_rmsnorm<T>(x));
  agree(operation::softmax, reference_softmax<T>(x));
}

TYPED_TEST(reference_of, every_distribution_is_mpfrs) {
  using T = TypeParam;
  tally checks;
  for (std::size_t d = 0; d < names_of<distribution>.size(); ++d)
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 3, 7, 100, 2048}) {
      const auto from = static_cast<distribution>(d);
      const auto x = make_input<T>(from, n, n);
      compare<T>(x, checks, std::string(name(from)) + " n=" + std::to_string(n));
    }
  EXPECT_GT(checks.compared(), 3U * 5U * 2048);
}

TYPED_TEST(reference_of, difficult_inputs_are_mpfrs) {
  using T = TypeParam;
  tally checks;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    random_bits bits{seed};
    const std::size_t n = 1 + bits.below(40);
    const double offset = bits.below(2) == 0 ? 1000 : 0;
    const int lowest = format_of<T>.min_exponent - format_of<T>.digits + 1;
    std::vector<double> alike(n, 0.1), ties, offsets, subnormal;
    for (std::size_t i = 0; i < n; ++i) {
      ties.push_back(static_cast<double>(bits.below(4)) * 512 - 768 +
                     static_cast<double>(bits.below(3)));
      offsets.push_back(offset + bits.uniform());
      subnormal.push_back(std::ldexp(static_cast<double>(bits.below(9)) - 4, lowest));
    }
    const std::string label = "seed " + std::to_string(seed);
    for (const auto& x : {alike, ties, offsets}) compare<T>(elements<T>(x), checks, label);
    const auto small = elements<T>(subnormal);
    checks.check(value_of(make_reference<T>(operation::sum, small).result[0]) ==
                     value_of(reference_sum<T>(small)),
                 [&] { return label + " subnormal sum"; });
    checks.check(value_of(make_reference<T>(operation::mean, small).result[0]) ==
                     value_of(reference_mean<T>(small)),
                 [&] { return label + " subnormal mean"; });
    checks.check(
        same<T>(make_reference<T>(operation::rmsnorm, small).result, reference_rmsnorm<T>(small)),
        [&] { return label + " subnormal rmsnorm"; });
    checks.check(
        same<T>(make_reference<T>(operation::softmax, small).result, reference_softmax<T>(small)),
        [&] { return label + " subnormal softmax"; });
  }
  EXPECT_GT(checks.compared(), 3U * 3U * 300U * 20U);
}

TEST(reference, halfway_cases_round_once) {
  EXPECT_EQ(sum_of<fp16>({2048, 1}), from_double<fp16>(2048));
  EXPECT_EQ(sum_of<fp16>({2048, 1, 0x1p-24}), from_double<fp16>(2050));
  EXPECT_EQ(sum_of<fp16>({2050, 1, -0x1p-24}), from_double<fp16>(2050));
  EXPECT_EQ(sum_of<fp16>({2050, 1}), from_double<fp16>(2052));
  EXPECT_EQ(sum_of<float>({0x1p24, 1}), 0x1p24F);
  EXPECT_EQ(sum_of<float>({0x1p24, 1, 0x1p-149}), 0x1p24F + 2);  // lost in a double
  EXPECT_EQ(sum_of<float>({0x1p24 + 2, 1, -0x1p-149}), 0x1p24F + 2);
  EXPECT_EQ(sum_of<double>({0x1p53, 1, 0x1p-1074}), 0x1p53 + 2);
  EXPECT_EQ(mean_of<fp16>({1, 1 + 0x1p-10}), from_double<fp16>(1));
  EXPECT_EQ(mean_of<float>({0x1p24, 0x1p24 + 2, 3, -3}), 0x1p23F);
  EXPECT_EQ(mean_of<float>({0x1p25, 0x1p25 + 4, 0x1p-149, 0, -0x1p25, -0x1p25, 0x1p26, 2}),
            0x1p23F + 1);
  EXPECT_EQ(mean_of<double>({0x1p53, 0x1p53 + 2}), 0x1p53);
  EXPECT_EQ(mean_of<double>({3 * 0x1p-1074, 0}), 0x1p-1073);  // 1.5 of the smallest, to even
}

TYPED_TEST(reference_of, the_edges_are_sane) {
  using T = TypeParam;
  const std::vector<T> none;
  const auto empty_sum = make_reference<T>(operation::sum, none);
  EXPECT_TRUE(same(empty_sum.result.at(0), from_double<T>(0.0)));
  EXPECT_TRUE(empty_sum.finite);
  EXPECT_FALSE(make_reference<T>(operation::mean, none).finite);
  for (const operation op : {operation::layernorm, operation::rmsnorm, operation::softmax}) {
    EXPECT_TRUE(make_reference<T>(op, none).result.empty());
    EXPECT_TRUE(make_reference<T>(op, none).finite);
  }
  EXPECT_TRUE(std::signbit(value_of(sum_of<T>({-0.0, -0.0}))));
  EXPECT_FALSE(std::signbit(value_of(sum_of<T>({-0.0, 0.0}))));
  EXPECT_FALSE(std::signbit(value_of(sum_of<T>({-1, 1}))));
  for (const operation op :
       {operation::sum, operation::mean, operation::layernorm, operation::rmsnorm})
    for (const double bad : {infinity, -infinity, std::nan("")})
      EXPECT_FALSE(make_reference<T>(op, elements<T>({1, bad, 2})).finite) << name(op) << bad;
  const auto over = make_reference<T>(operation::sum, elements<T>({largest<T>(), largest<T>()}));
  EXPECT_FALSE(over.finite);
  for (const operation op : {operation::layernorm, operation::rmsnorm}) {
    const auto zeros = make_reference<T>(op, elements<T>({0, 0, 0}));
    EXPECT_TRUE(zeros.finite);
    EXPECT_EQ(zeros.ulp, ulp_at<T>(0));
  }
}

template <element T>
bool sums_fit(operation op, std::vector<double> x) {
  return make_reference<T>(op, elements<T>(x)).sums_fit;
}

TEST(reference, says_where_sums_on_the_way_may_overflow) {
  const std::vector<operation> adding{operation::sum, operation::mean, operation::layernorm};
  for (const operation op : adding) {
    EXPECT_TRUE(sums_fit<double>(op, {1e140, -1e140, 1e140}));
    EXPECT_FALSE(sums_fit<double>(op, {1e308, 1e308, -1e308})) << name(op);
    EXPECT_TRUE(sums_fit<float>(op, {1e18, -1e18, 1e18}));
    EXPECT_FALSE(sums_fit<float>(op, {3e38, 3e38, -3e38})) << name(op);
  }
  for (const operation op : {operation::sum, operation::mean})
    EXPECT_TRUE(sums_fit<float>(op, {1e30, 2e30, -1e30, 3e30})) << name(op);
  for (const operation op : {operation::layernorm, operation::rmsnorm}) {
    EXPECT_FALSE(sums_fit<float>(op, {1e30, 2e30, -1e30, 3e30})) << name(op);
    EXPECT_FALSE(sums_fit<double>(op, {1e155, 2, 3})) << name(op);
    EXPECT_TRUE(sums_fit<fp16>(op, {65504, -65504, 65504})) << name(op);
  }
  EXPECT_TRUE(sums_fit<float>(operation::softmax, {3e38, 3e38, -3e38}));
  EXPECT_TRUE(sums_fit<float>(operation::layernorm, {}));
}

TEST(ulp_at, is_the_distance_to_the_next_number) {
  EXPECT_EQ(ulp_at<double>(1), 0x1p-52);
  EXPECT_EQ(ulp_at<double>(-1.9), 0x1p-52);
  EXPECT_EQ(ulp_at<double>(0), 0x1p-1074);
  EXPECT_EQ(ulp_at<double>(0x1p-1074), 0x1p-1074);
  EXPECT_EQ(ulp_at<float>(2), 0x1p-22);
  EXPECT_EQ(ulp_at<float>(1e-45), 0x1p-149);
  EXPECT_EQ(ulp_at<fp16>(2048), 2);
  EXPECT_EQ(ulp_at<fp16>(0), 0x1p-24);
  EXPECT_EQ(ulp_at<fp16>(infinity), infinity);
  EXPECT_EQ(ulp_at<bf16>(1), 0x1p-7);
  EXPECT_EQ(ulp_at<bf16>(0), 0x1p-133);
}

}  // namespace
}  // namespace permdelta::test

/// The tolerances of rmsnorm and softmax: every arithmetic they are derived for stays within them,
/// and not much else does.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "bench/double_double_exp.hpp"
#include "bench/input.hpp"
#include "bench/probe.hpp"
#include "bench/random.hpp"
#include "bench/study.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <class T>
class norm_tolerance_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(norm_tolerance_of, element_types);

template <class T>
class wrong_norm_of : public testing::Test {};
using judged_types = testing::Types<double, float, fp16>;
TYPED_TEST_SUITE(wrong_norm_of, judged_types);

/// Of bfloat16: rounded from float.
template <element T>
[[nodiscard]] std::vector<T> draw(distribution from, std::size_t n, std::uint64_t seed) {
  if constexpr (std::same_as<T, bf16>) {
    std::vector<T> x;
    for (const float value : make_input<float>(from, n, seed))
      x.push_back(from_double<T>(static_cast<double>(value)));
    return x;
  } else {
    return make_input<T>(from, n, seed);
  }
}

/// A kernel's arithmetic with all the freedom there is.
template <class C>
class arithmetic {
 public:
  explicit arithmetic(random_bits& bits)
      : bits_(bits),
        tree_(bits.below(3)),
        leaning_(bits.below(3)),
        reciprocal_(bits.below(2) == 0) {}

  /// From left to right in a random order, in ascending order, or by a random tree.
  [[nodiscard]] C sum(std::vector<C> terms) {
    shuffle(std::span(terms), bits_);
    if (tree_ == 1) std::ranges::sort(terms);
    if (tree_ < 2) return left_to_right(std::span<const C>(terms));
    while (terms.size() > 1) {
      const C last = terms.back();
      terms.pop_back();
      terms[bits_.below(terms.size())] += last;
    }
    return terms.at(0);
  }
  /// One of the two numbers that enclose e^t: an ulp off at most, and often nearly.
  [[nodiscard]] C exp(C t) {
    const double_double e = permdelta::exp({static_cast<double>(t)});
    const auto nearest = static_cast<C>(e.high);
    const double rest = (e.high - static_cast<double>(nearest)) + e.low;
    if (rest == 0) return nearest;
    const bool up = leaning_ == 0 || (leaning_ == 1 && bits_.below(2) == 0);
    if (up == (rest > 0)) return std::nextafter(nearest, up ? C{2} : C{0});
    return nearest;
  }
  [[nodiscard]] C quotient(C a, C b) const { return reciprocal_ ? a * (1 / b) : a / b; }

 private:
  random_bits& bits_;
  std::uint64_t tree_;
  std::uint64_t leaning_;
  bool reciprocal_;
};

template <element T>
[[nodiscard]] std::vector<T> simulate(operation op, std::span<const T> x, random_bits& bits) {
  using C = compute_t<T>;
  arithmetic<C> by(bits);
  std::vector<C> values, terms;
  for (const T value : x) values.push_back(static_cast<C>(value_of(value)));
  C divisor;
  if (op == operation::rmsnorm) {
    for (const C value : values) terms.push_back(value * value);
    divisor = std::sqrt(by.sum(terms) / static_cast<C>(x.size()) + static_cast<C>(1e-6));
  } else {
    const C highest = std::ranges::max(values);
    for (C& value : values) value = by.exp(value - highest);
    divisor = by.sum(values);
  }
  std::vector<T> y;
  for (const C value : values)
    y.push_back(from_double<T>(static_cast<double>(by.quotient(value, divisor))));
  return y;
}

/// The largest |y - result| / tolerance.
template <element T>
[[nodiscard]] double worst_of(const typed_reference<T>& correct, std::span<const T> y) {
  double worst = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double off = std::abs(value_of(y[i]) - value_of(correct.result[i]));
    if (off > 0 || std::isnan(off)) worst = std::max(worst, off / correct.tolerance[i]);
  }
  return worst;
}

TYPED_TEST(norm_tolerance_of, every_arithmetic_stays_within) {
  using T = TypeParam;
  for (const operation op : {operation::rmsnorm, operation::softmax}) {
    tally within;
    double worst = 0;
    for (std::size_t d = 0; d < names_of<distribution>.size(); ++d)
      for (const std::size_t n : {1U, 2U, 3U, 10U, 100U, 1000U})
        for (const double scale : {1.0, 1e-3})
          for (std::uint64_t seed = 0; seed < (n < 100 ? 40U : 8U); ++seed) {
            random_bits bits{seed, n, d};
            auto x = draw<T>(static_cast<distribution>(d), n, seed);
            for (T& value : x) value = from_double<T>(value_of(value) * scale);
            if (seed % 4 == 3 && op == operation::softmax)  // masked
              for (std::size_t i = 1; i < n; i += 3)
                x[i] = from_double<T>(-std::numeric_limits<double>::infinity());
            const auto correct = make_reference<T>(op, x);
            ASSERT_TRUE(correct.finite);
            const auto y = simulate<T>(op, x, bits);
            const double off = worst_of<T>(correct, y);
            worst = std::max(worst, off);
            within.check(off <= 1, [&] {
              return std::string(name(op)) + ", " + std::string(names_of<distribution>[d]) +
                     ", n = " + std::to_string(n) + ", seed " + std::to_string(seed) + ": " +
                     std::to_string(off) + " tolerances off";
            });
          }
    EXPECT_EQ(within.compared(), 5U * (4U * 40U + 2U * 8U) * 2U);
    EXPECT_GT(worst, 0.25) << name(op);  // no tolerance is four times what is needed everywhere
  }
}

/// Where e^t is subnormal or leaves the type, and t has its largest rounding errors.
TYPED_TEST(norm_tolerance_of, far_exponentials_stay_within) {
  using T = TypeParam;
  using C = compute_t<T>;
  const double edge = (format_of<C>.min_exponent - format_of<C>.digits) * std::log(2.0);
  tally within;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    random_bits bits{seed, 2};
    std::vector<T> x(1 + bits.below(20));
    for (T& value : x) value = from_double<T>(0.1 + 1.1 * edge * bits.uniform());
    const auto correct = make_reference<T>(operation::softmax, x);
    const auto y = simulate<T>(operation::softmax, x, bits);
    const double off = worst_of<T>(correct, y);
    within.check(off <= 1, [&] {
      return "seed " + std::to_string(seed) + ": " + std::to_string(off) + " tolerances off";
    });
  }
  EXPECT_EQ(within.compared(), 500U);
}

/// Factors counted by hand; beside them there is half an ulp for the result's own rounding.
TEST(norm_tolerance, has_the_size_it_is_derived_to_have) {
  const double u = 0x1p-53;
  for (const std::size_t n : {1U, 2U, 16U, 1000U}) {
    const auto x = make_input<double>(distribution::normal, n, 3);
    const double highest = std::ranges::max(x);
    const double terms = static_cast<double>(n);
    const auto soft = make_reference<double>(operation::softmax, x);
    const auto rms = make_reference<double>(operation::rmsnorm, x);
    double mean_distance = 0;  // of t from 0, weighted with e^t
    for (std::size_t i = 0; i < n; ++i) mean_distance += (highest - x[i]) * soft.result[i];
    for (std::size_t i = 0; i < n; ++i) {
      // What any order may make of a sum, or a compensated one of two terms.
      const double sum_factors = n == 1 ? 0 : n == 2 ? 2 : terms - 1;
      // t's and exp's in the term and in the sum, the sum's, division and reciprocal.
      const double soft_factors = (highest - x[i] + 2) + (mean_distance + 2) + sum_factors + 2;
      const double y = soft.result[i];
      EXPECT_GT(soft.tolerance[i], 0.999 * u * (soft_factors + 0.5) * y);
      EXPECT_LT(soft.tolerance[i], 1.001 * u * (soft_factors + 1) * y);
      // Half of the sum's, of the mean's four and of the addition's; root, division, reciprocal.
      const double rms_factors = (sum_factors + 5) / 2 + 3;
      const double size = std::abs(rms.result[i]);
      EXPECT_GT(rms.tolerance[i], 0.999 * u * (rms_factors + 0.5) * size);
      EXPECT_LT(rms.tolerance[i], 1.001 * u * (rms_factors + 1) * size);
    }
  }
  // Nothing but the smallest number is left: exp's, the quotient's, and half for rounding.
  const std::vector<float> far{0, -1000};
  const double smallest = 0x1p-149;
  EXPECT_NEAR(make_reference<float>(operation::softmax, far).tolerance[1] / smallest, 2.5, 1e-6);
}

/// All elements but one are masked, and sums may be off by all of it.
TEST(norm_tolerance, of_a_mask_is_nothing_whatever_the_sum) {
  std::vector<float> x(100, -std::numeric_limits<float>::infinity());
  x[0] = 0.5F;
  auto masked = make_reference<float>(operation::softmax, std::span<const float>(x));
  masked.hold_to(x, 1);
  EXPECT_EQ(masked.result[0], 1);
  EXPECT_NEAR(masked.tolerance[0], 1, 1e-6);  // a sum of at least half of its largest term
  EXPECT_EQ(masked.tolerance[1], 0);
}

/// softmax with another exponential: exp(t), or what else comes of t = x - max.
template <element T, class Exp>
[[nodiscard]] reduction<T> softmax_by(const Exp& exp) {
  return [exp](std::span<const T> x, std::span<T> y) {
    using C = compute_t<T>;
    std::vector<C> values = computed<T>(x);
    const C highest = std::ranges::max(values);
    for (C& value : values) value = static_cast<C>(exp(static_cast<double>(value - highest)));
    const C sum = left_to_right(std::span<const C>(values));
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = stored<T>(values[i] / sum);
  };
}

TYPED_TEST(wrong_norm_of, softmax_by_another_exponential_is_refused) {
  using T = TypeParam;
  tally judged;
  for (const std::size_t n : {2U, 16U, 100U, 1000U})
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto x = make_input<T>(distribution::normal, n, seed);
      const auto correct = make_reference<T>(operation::softmax, x);
      const auto expect = [&](bool right, const reduction<T>& run, const char* what) {
        judged.check(validate<T>(run, x, correct).empty() == right,
                     [&] { return std::string(what) + ", n = " + std::to_string(n); });
      };
      expect(true, softmax_by<T>([](double t) { return std::exp(t); }), "the right one");
      expect(false, softmax_by<T>([](double t) { return std::exp2(t); }), "of base 2");
      expect(false, softmax_by<T>([](double t) { return 1 + t + t * t / 2; }), "three terms");
      // A part in a thousand is about what a half can show.
      const double wrong = std::same_as<T, fp16> ? 1.01 : 1.001;
      expect(false, softmax_by<T>([=](double t) { return t < 0 ? wrong * std::exp(t) : 1; }),
             "a little more below 1");
      expect(false, softmax_by<T>([=](double t) { return std::exp(wrong * t); }),
             "of a little more");
    }
  EXPECT_EQ(judged.compared(), 4U * 5U * 5U);
}

TEST(wrong_norm, an_exponential_flushed_to_zero_is_refused) {
  const std::vector<float> x{0.0F, -90.0F};
  const auto correct = make_reference<float>(operation::softmax, x);
  const auto by = [](auto exp) { return softmax_by<float>(exp); };
  EXPECT_EQ(validate<float>(by([](double t) { return std::exp(t); }), x, correct), "");
  EXPECT_NE(validate<float>(by([](double t) { return t < -87 ? 0 : std::exp(t); }), x, correct),
            "");
}

/// rmsnorm with one thing done otherwise.
enum class twist : std::uint8_t { none, eps_after_root, no_eps, centred, not_divided };

template <element T>
[[nodiscard]] reduction<T> rmsnorm(twist what) {
  return [what](std::span<const T> x, std::span<T> y) {
    using C = compute_t<T>;
    const auto n = static_cast<C>(x.size());
    std::vector<C> values = computed<T>(x);
    if (what == twist::centred) {
      const C mean = left_to_right(std::span<const C>(values)) / n;
      for (C& value : values) value -= mean;
    }
    C squares = 0;
    for (const C value : values) squares += value * value;
    if (what != twist::not_divided) squares /= n;
    const auto eps = static_cast<C>(1e-6);
    const C divisor = what == twist::eps_after_root ? std::sqrt(squares) + eps
                      : what == twist::no_eps       ? std::sqrt(squares)
                                                    : std::sqrt(squares + eps);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = stored<T>(values[i] / divisor);
  };
}

TYPED_TEST(wrong_norm_of, rmsnorm_by_another_formula_is_refused) {
  using T = TypeParam;
  tally judged;
  for (const twist what :
       {twist::none, twist::eps_after_root, twist::no_eps, twist::centred, twist::not_divided})
    for (const std::size_t n : {2U, 16U, 512U, 8192U}) {
      const auto describe = [&] {
        return "twist " + std::to_string(static_cast<int>(what)) + ", n = " + std::to_string(n);
      };
      const bool right = what == twist::none;
      for (const double scale : {1e-2, 1e-3}) {
        auto x = make_input<T>(distribution::normal, n, 42);
        for (T& value : x) value = stored<T>(computed(value) * static_cast<compute_t<T>>(scale));
        const auto correct = make_reference<T>(operation::rmsnorm, x);
        judged.check(validate<T>(rmsnorm<T>(what), x, correct).empty() == right, describe);
      }
      // The place does not concern rmsnorm.
      for (const eps_place place : {eps_place::after_root, eps_place::under_root})
        judged.check(
            validate_on_integers<T>(rmsnorm<T>(what), operation::rmsnorm, n, 3, place).empty() ==
                right,
            describe);
    }
  EXPECT_EQ(judged.compared(), 5U * 4U * 4U);
}

TYPED_TEST(wrong_norm_of, a_missing_element_of_few_is_refused) {
  using T = TypeParam;
  std::size_t judged = 0;
  for (const operation op : {operation::rmsnorm, operation::softmax})
    for (const std::size_t n : {2U, 3U, 8U, 16U}) {
      const auto x = make_input<T>(distribution::normal, n, 42);
      const auto correct = make_reference<T>(op, x);
      const reduction<T> loses_one = [op](std::span<const T> in, std::span<T> out) {
        calculate<T>(op, in, out, [](auto terms) { return left_to_right(terms.subspan(1)); });
      };
      EXPECT_EQ(validate<T>(naive<T>(op), x, correct), "") << name(op) << n;
      EXPECT_NE(validate<T>(loses_one, x, correct), "") << name(op) << n;
      ++judged;
    }
  EXPECT_EQ(judged, 8U);
}

}  // namespace
}  // namespace permdelta::test

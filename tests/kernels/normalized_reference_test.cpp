/// rmsnorm and softmax by `exact` against MPFR's, which round nothing but the result.
///
/// What the roundings on the way allow, in units of u and to first order:
///   rmsnorm   a square 1, their sum 1, over n 1, plus eps 1; the root halves them and adds 1;
///             the quotient 1: 4 in all.
///   softmax   t = x - max: 1, which e^t makes |t|; the exponential 2, as its unit is 2u at most;
///             both again for the sum, where |t| is the mean with the weights e^t; the sum and the
///             quotient 1 each: |t| + mean |t| + 6.
/// A square, exponential or quotient that is subnormal in C may be off by a spacing of those
/// instead. Then MPFR's result is rounded to T and, where T is not C, the other too: half a unit of
/// the result for each.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double above_first_order = 1.001;

/// The spacing of T's numbers at `value`.
template <element T>
[[nodiscard]] double unit_at(double value) {
  constexpr format f = format_of<T>;
  const int exponent = value == 0 ? f.min_exponent : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, f.min_exponent) - f.digits + 1);
}

template <element T>
struct judged {
  std::vector<T> reference;
  std::vector<double> tolerance;
};

template <element T>
[[nodiscard]] judged<T> judge(operation op, std::span<const T> x) {
  using C = compute_t<T>;
  constexpr double u = unit_roundoff<C>;
  const double least = unit_at<C>(0);
  const bool is_softmax = op == operation::softmax;
  judged<T> result{is_softmax ? reference_softmax<T>(x) : reference_rmsnorm<T>(x), {}};

  double highest = value_of(x[0]);
  for (const T value : x) highest = std::max(highest, value_of(value));
  double sum = 0;
  double moment = 0;
  for (const T value : x) {
    const double t = value_of(value) - highest;
    sum += std::exp(t);
    if (std::exp(t) > 0) moment += std::exp(t) * -t;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double y = std::abs(value_of(result.reference[i]));
    // Where e^t is nothing, so is |t| of it.
    const double t = std::min(highest - value_of(x[i]), 1e3);
    const double units = is_softmax ? t + moment / sum + 6 : 4;
    const double roundings = std::same_as<T, C> ? 0.5 : 1;
    result.tolerance.push_back(units * u * (y + unit_at<T>(y)) * above_first_order + 3 * least +
                               roundings * unit_at<T>(y));
  }
  return result;
}

/// Where results are out of what is allowed, in words; empty if nowhere.
template <element T>
[[nodiscard]] std::string objection(const judged<T>& right, const std::vector<T>& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double off = std::abs(value_of(y[i]) - value_of(right.reference[i]));
    if (off <= right.tolerance[i]) continue;
    return "y[" + std::to_string(i) + "] = " + show(y[i]) + ", by MPFR " +
           show(right.reference[i]) + " within " + show(right.tolerance[i]);
  }
  return {};
}

template <element T>
void check_references() {
  tally right;
  std::size_t same_bits = 0;
  std::size_t results = 0;
  for (const operation op : {operation::rmsnorm, operation::softmax})
    for (const auto& s : shapes) {
      if (op == operation::rmsnorm && squares_overflow<T>(s.kind)) continue;
      for (const std::size_t n : {1U, 2U, 3U, 7U, 8U, 17U, 40U, 101U, 600U, 2500U}) {
        const auto x = make_input<T>(s.kind, n, n + 1);
        const auto expected = judge<T>(op, x);
        for (const auto& each : exact_kernels<T>(op)) {
          const auto y = run<T>(each.function, op, x);
          const std::string wrong = objection(expected, y);
          right.check(wrong.empty(), [&] {
            return label(*each.which) + " " + describe(s.name, n, n + 1) + ": " + wrong;
          });
          for (std::size_t i = 0; i < n; ++i) same_bits += same(y[i], expected.reference[i]);
          results += n;
        }
      }
    }
  EXPECT_GE(right.compared(), (2 * shapes.size() - 1) * 10U * exact_isas());
  // Rounded once more than needed, elements of 16 bits hardly ever show it.
  EXPECT_GE(same_bits, results / 1000 * (sizeof(T) == 2 ? 990 : 400)) << "of " << results;
}

TEST(normalized_reference, exact_is_near_mpfr_fp64) {
  check_references<double>();
}
TEST(normalized_reference, exact_is_near_mpfr_fp32) {
  check_references<float>();
}
TEST(normalized_reference, exact_is_near_mpfr_fp16) {
  check_references<fp16>();
}
TEST(normalized_reference, exact_is_near_mpfr_bf16) {
  check_references<bf16>();
}

/// Sums that are off by a few units of T, and an eps in another place.
template <element T>
void check_the_checker() {
  using C = compute_t<T>;
  tally objected;
  const auto x = make_input<T>(shape::normal, 101, 5);
  const auto off = [](std::span<const C> terms) {
    constexpr double units = sizeof(T) == 2 ? 4.0 : 40.0;
    return static_cast<C>(static_cast<double>(pairwise_sum(terms)) *
                          (1 + units * std::ldexp(1.0, -format_of<T>.digits)));
  };
  for (const operation op : {operation::rmsnorm, operation::softmax}) {
    const auto right = judge<T>(op, x);
    EXPECT_EQ(objection(right, evaluate<T>(op, x, pairwise_sum<C>)), "") << name(op);
    objected.check(!objection(right, evaluate<T>(op, x, off)).empty(),
                   [&] { return std::string(name(op)) + " passes with a wrong sum"; });
  }
  // Where eps is half of the divisor's square.
  const std::vector<T> small(5, from_double<T>(0x1p-10));
  const auto right = judge<T>(operation::rmsnorm, small);
  EXPECT_EQ(objection(right, evaluate<T>(operation::rmsnorm, small, pairwise_sum<C>)), "");
  const auto behind_root = std::vector<T>(5, from_double<T>(0x1p-10 / (0x1p-10 + 1e-6)));
  objected.check(!objection(right, behind_root).empty(), [] { return "eps behind the root"; });
  EXPECT_EQ(objected.compared(), 3U);
}

TEST(normalized_reference, a_wrong_kernel_is_refused) {
  check_the_checker<double>();
  check_the_checker<float>();
  check_the_checker<fp16>();
  check_the_checker<bf16>();
}

/// Elements in another order are results in that order.
TEST(normalized_reference, exact_follows_any_order) {
  tally agreed;
  for_each_kernel([&]<class T>(const kernel& k, const kernel_function<T>& function) {
    if (k.method != method::exact) return;
    if (k.operation != operation::rmsnorm && k.operation != operation::softmax) return;
    for (const auto& s : shapes)
      for (const std::size_t n : {2U, 9U, 100U, 3000U}) {
        auto x = make_input<T>(s.kind, n, n);
        const auto y = run<T>(function, k.operation, x);
        std::vector<std::size_t> order(n);
        for (std::size_t i = 0; i < n; ++i) order[i] = i;
        splitmix64 random(n);
        shuffle(std::span(order), random);
        std::vector<T> moved;
        for (const std::size_t i : order) moved.push_back(x[i]);
        const auto z = run<T>(function, k.operation, moved);
        for (std::size_t i = 0; i < n; ++i)
          agreed.check(same(z[i], y[order[i]]),
                       [&] { return label(k) + " " + describe(s.name, n, n) + ": " + show(z[i]); });
      }
  });
  EXPECT_GE(agreed.compared(), 2U * 4U * shapes.size() * 3000U);
}

/// Numbers of few digits, and all of them more by the same: differences to the largest are exact.
TEST(normalized_reference, softmax_of_x_plus_c_is_softmax_of_x) {
  tally agreed;
  for_each_kernel([&]<class T>(const kernel& k, const kernel_function<T>& function) {
    if (k.operation != operation::softmax) return;
    for (const std::size_t n : {1U, 2U, 15U, 64U, 1000U}) {
      splitmix64 random(n);
      std::vector<double> steps;
      for (std::size_t i = 0; i < n; ++i) steps.push_back(static_cast<double>(random.below(100)));
      const auto shifted = [&](double by) {
        std::vector<T> x;
        for (const double step : steps) x.push_back(from_double<T>((step + by) / 8));
        return run<T>(function, k.operation, x);
      };
      const auto y = shifted(0);
      for (const double by : {1.0, 27.0, -50.0, -99.0, -155.0})
        agreed.check(same<T>(shifted(by), y), [&] {
          return label(k) + ", n = " + std::to_string(n) + ", shifted by " + std::to_string(by);
        });
    }
  });
  EXPECT_GE(agreed.compared(), 4U * 5U * 5U * 5U);
}

/// Ones add up without rounding by any method.
TEST(normalized_reference, softmax_of_equal_elements_is_one_over_n) {
  tally right;
  for_each_kernel([&]<class T>(const kernel& k, const kernel_function<T>& function) {
    if (k.operation != operation::softmax) return;
    for (std::size_t n = 1; n <= 2100; n += n < 300 ? 1 : 97)
      for (const double value : {0.0, -3.0, 0.1, largest<T>(), -largest<T>()}) {
        const auto y = run<T>(function, k.operation, std::vector<T>(n, from_double<T>(value)));
        const T expected = stored<T>(compute_t<T>{1} / static_cast<compute_t<T>>(n));
        right.check(std::ranges::all_of(y, [&](T v) { return same(v, expected); }), [&] {
          return label(k) + " of " + std::to_string(n) + " times " + std::to_string(value) + ": " +
                 show(y[0]) + ", not " + show(expected);
        });
      }
  });
  EXPECT_GE(right.compared(), 4U * 5U * 5U * 300U);
}

}  // namespace
}  // namespace permdelta::test

/// `exact` against mpfr_sum on random inputs of every spread, with and without the inexact flag;
/// what it does to the caller's flags; and the superaccumulator by itself.

#include <cfenv>
#include <cmath>

#include "kernels/exact/flag.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Numbers around 2^center with exponents that spread by 2^spread, a third of them followed by
/// their negative, some zeros.
template <element T>
std::vector<T> draw(splitmix64& random) {
  constexpr double spreads[] = {0, 2, 5, 12, 20, 30, 60, 300, 1000};
  const std::size_t n = 1 + random.below(random.below(10) == 0 ? 5000 : 200);
  const double spread = spreads[random.below(std::size(spreads))];
  const double center = random.below(3) == 0 ? static_cast<double>(random.below(1900)) - 1000 : 0;
  const double range = std::is_same_v<T, double> ? 1 : std::is_same_v<T, float> ? 0.12 : 0.012;
  std::vector<T> x;
  while (x.size() < n) {
    const double unit = static_cast<double>(random.below(1U << 30)) * 0x1p-30;
    const double shift = (2 * unit - 1) * std::min(spread, 2000 * range) + center * range;
    double value = std::ldexp(1 + static_cast<double>(random.below(1ULL << 52)) * 0x1p-52,
                              static_cast<int>(shift));
    if (random.below(2) == 0) value = -value;
    if (random.below(40) == 0) value *= 0;
    T element = from_double<T>(value);
    if (!std::isfinite(value_of(element))) element = from_double<T>(1);
    x.push_back(element);
    if (x.size() < n && random.below(3) == 0) x.push_back(from_double<T>(-value_of(element)));
  }
  return x;
}

template <element T>
std::size_t check_sums(std::uint64_t seed, int inputs) {
  splitmix64 random(seed);
  tally agreed;
  for (int trial = 0; trial < inputs; ++trial) {
    const auto x = draw<T>(random);
    const T expected = reference_sum<T>(x);
    for_each_kernel_of<T>([&](const kernel& k, auto function) {
      if (k.method != method::exact || k.operation != operation::sum) return;
      const T y = run<T>(function, k.operation, x)[0];
      agreed.check(same(y, expected), [&] {
        return label(k) + " seed " + std::to_string(seed) + " input " + std::to_string(trial) +
               ": " + show(y) + ", not " + show(expected);
      });
    });
  }
  return agreed.compared();
}

TEST(exact, is_mpfr_sum) {
  EXPECT_GE(check_sums<double>(1, 8000), 8000U);
  EXPECT_GE(check_sums<float>(2, 8000), 8000U);
  EXPECT_GE(check_sums<fp16>(3, 8000), 8000U);
}

TEST(exact, is_mpfr_sum_without_the_flag) {
  distrust_inexact_flag(true);
  EXPECT_GE(check_sums<double>(4, 2000), 2000U);
  EXPECT_GE(check_sums<float>(5, 2000), 2000U);
  EXPECT_GE(check_sums<fp16>(6, 2000), 2000U);
  distrust_inexact_flag(false);
}

/// A sum that only looks exact to plain doubles.
TEST(exact, sees_below_the_doubles) {
  std::vector<float> x{0x1p30F, -0x1p30F};
  x.insert(x.end(), 7, 0x1p-25F);
  std::size_t checked = 0;
  for_each_kernel_of<float>([&](const kernel& k, auto function) {
    if (k.method != method::exact || k.operation != operation::sum) return;
    EXPECT_EQ(run<float>(function, k.operation, x)[0], 7 * 0x1p-25F) << label(k);
    ++checked;
  });
  EXPECT_GE(checked, 1U);
}

TEST(exact, leaves_the_callers_flags_alone) {
  splitmix64 random(7);
  std::size_t checked = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const auto x = draw<float>(random);
    for (const int before : {0, FE_INEXACT, FE_ALL_EXCEPT, FE_OVERFLOW})
      for_each_kernel_of<float>([&](const kernel& k, auto function) {
        if (k.method != method::exact) return;
        std::vector<float> y(output_size(k.operation, x.size()));
        std::feclearexcept(FE_ALL_EXCEPT);
        std::feraiseexcept(before);
        const int found = std::fetestexcept(FE_ALL_EXCEPT);
        function(x.data(), x.size(), y.data());
        EXPECT_EQ(std::fetestexcept(FE_ALL_EXCEPT), found) << label(k);
        ++checked;
      });
  }
  std::feclearexcept(FE_ALL_EXCEPT);
  EXPECT_GE(checked, 200U * 4U * 3U);
}

TEST(superaccumulator, adds_merges_and_negates) {
  splitmix64 random(8);
  tally agreed;
  for (int trial = 0; trial < 2000; ++trial) {
    const auto x = draw<double>(random);
    superaccumulator<double> whole{};
    superaccumulator<double> first{};
    superaccumulator<double> second{};
    for (std::size_t i = 0; i < x.size(); ++i) {
      add(whole, x[i]);
      add(i % 3 == 0 ? first : second, x[i]);
    }
    merge(first, second);
    const double expected = reference_sum<double>(x);
    agreed.check(same(round_to<double>(whole), expected) && same(round_to<double>(first), expected),
                 [&] { return "input " + std::to_string(trial); });
    negate(whole);
    agreed.check(round_to<double>(whole) == -expected,
                 [&] { return "negated " + std::to_string(trial); });
  }
  EXPECT_EQ(agreed.compared(), 4000U);
}

}  // namespace
}  // namespace permdelta::test

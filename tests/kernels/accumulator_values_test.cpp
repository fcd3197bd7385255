/// What an `exact_accumulator` holds, rounded to every type: MPFR's sums of every kind of input.

#include <array>
#include <limits>

#include "kernels/permdelta.hpp"
#include "tests/kernels/accumulator_inputs.hpp"
#include "tests/kernels/accumulator_support.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// What the checkers below say if a term is missing, came twice, or was rounded on its way.
TEST(accumulator_test, notices_a_wrong_term) {
  std::size_t noticed = 0;
  for (const double term : {0x1p-1074, -0x1p-1074, 0x1p-540, 1.0, 0x1p1023}) {
    const std::array x{1.0, 0x1p1000, term, -0x1p1000, -1.0};
    const auto right = in_one<double>(x);
    EXPECT_EQ(objection(right, sum_by_mpfr<double>(x)), "");
    auto missing = right;
    missing.add(-term);
    auto twice = right;
    twice.add(term);
    for (const auto& wrong : {missing, twice}) {
      EXPECT_NE(objection(wrong, sum_by_mpfr<double>(x)), "") << term;
      EXPECT_FALSE(same_bytes(wrong, right)) << term;
      ++noticed;
    }
  }
  EXPECT_EQ(noticed, 10U);

  // Right as a float and as a double, but rounded to them first, or with the wrong zero.
  exact_accumulator<double> sum;
  sum.add(std::array{1.0, 0x1p-8});
  EXPECT_EQ(objection(sum, exact_sum(std::array{1.0, 0x1p-8, 0x1p-60})).substr(0, 4), "bf16");
  sum.add(0x1p-11 - 0x1p-8);
  EXPECT_EQ(objection(sum, exact_sum(std::array{1.0, 0x1p-11, 0x1p-60})).substr(0, 4), "fp16");
  EXPECT_EQ(objection(exact_accumulator<float>(), exact_sum(std::array{-0.0})).substr(0, 4),
            "fp64");

  const auto of = [](auto... terms) {
    exact_accumulator<double> result;
    (result.add(terms), ...);
    return result;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(same_bytes(of(0.0), of(-0.0)));
  EXPECT_FALSE(same_bytes(of(-0.0), of()));
  EXPECT_FALSE(same_bytes(of(infinity), of(-infinity)));
  EXPECT_FALSE(same_bytes(of(infinity), of(infinity, -infinity)));
}

template <element T>
void check_sums(std::uint64_t seed, int trials) {
  tally right;
  for_each_input<T>(seed, trials, [&](std::span<const T> x, const std::string& what) {
    const real expected = sum_by_mpfr(x);
    const std::string wrong = objection(in_one(x), expected);
    right.check(wrong.empty(), [&] { return what + ": " + wrong; });

    const exact_results<T> results(expected, x.size());
    const T sum = permdelta::sum(x);
    right.check(same(sum, results.sum), [&] { return what + ": sum() " + show(sum); });
    const T mean = permdelta::mean(x);
    right.check(same(mean, results.mean), [&] { return what + ": mean() " + show(mean); });
  });
  EXPECT_EQ(right.compared(), static_cast<std::size_t>(trials) * mixes.size() * 3);
}

TEST(accumulator, is_mpfr_sum_fp64) {
  check_sums<double>(1, 1500);
}
TEST(accumulator, is_mpfr_sum_fp32) {
  check_sums<float>(2, 1500);
}
TEST(accumulator, is_mpfr_sum_fp16) {
  check_sums<fp16>(3, 1500);
}
TEST(accumulator, is_mpfr_sum_bf16) {
  check_sums<bf16>(7, 1500);
}

TEST(accumulator, is_mpfr_sum_without_the_flag) {
  const distrust no_flag;
  check_sums<double>(4, 300);
  check_sums<float>(5, 300);
  check_sums<fp16>(6, 300);
  check_sums<bf16>(8, 300);
}

}  // namespace
}  // namespace permdelta::test

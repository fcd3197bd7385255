/// Nothing that an `exact_accumulator` does shows in the caller's floating-point flags.

#include "tests/kernels/accumulator_inputs.hpp"
#include "tests/kernels/accumulator_support.hpp"
#include "tests/kernels/flags.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

TEST(accumulator_test, notices_a_flag_raised_or_lost) {
  for (const int flag : {FE_INEXACT, FE_OVERFLOW, FE_UNDERFLOW, FE_DIVBYZERO, FE_INVALID}) {
    EXPECT_FALSE(leaves_flags([&] { raise_by_arithmetic(flag); })) << flag;
    EXPECT_FALSE(leaves_flags([&] { std::feclearexcept(flag); })) << flag;
  }
  EXPECT_TRUE(leaves_flags([] {}));
}

template <element T>
void check_flags(std::uint64_t seed) {
  tally right;
  for_each_input<T>(seed, 25, [&](std::span<const T> x, const std::string& what) {
    const auto whole = in_one(x);
    const auto check = [&](const char* how, const auto& act) {
      right.check(leaves_flags(act), [&] { return what + ", " + how; });
    };
    accumulator_of<T> sum;
    check("add all", [&] { sum.add(x); });
    check("add each", [&] {
      for (const T& value : x.first(std::min<std::size_t>(x.size(), 100))) sum.add(value);
    });
    check("merge", [&] { sum.merge(whole); });
    check("negate", [&] { sum.negate(); });
    check("round", [&] {
      static_cast<void>(whole.template round<double>());
      static_cast<void>(whole.template round<float>());
      static_cast<void>(whole.template round<fp16>());
      static_cast<void>(whole.template round<bf16>());
    });
    check("compare", [&] { static_cast<void>(sum == whole); });
  });
  EXPECT_EQ(right.compared(), 6 * 25 * mixes.size());
}

TEST(accumulator, leaves_the_callers_flags_alone) {
  check_flags<double>(61);
  check_flags<float>(62);
  check_flags<fp16>(63);
  check_flags<bf16>(64);
}

}  // namespace
}  // namespace permdelta::test

/// What `exact` expects of the floating-point environment, checked by debug builds.

#include <gtest/gtest.h>

#include <cfenv>
#include <limits>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "kernels/permdelta.hpp"

namespace permdelta::test {
namespace {

const std::vector<float> x(100, 1.5F);

// Release builds only compute: EXPECT_DEBUG_DEATH runs the statement there.
TEST(precondition_death_test, rounding_is_to_nearest) {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    EXPECT_DEBUG_DEATH(
        {
          std::fesetround(mode);
          static_cast<void>(sum(x));
          std::fesetround(FE_TONEAREST);
        },
        "expects rounding to nearest");
  EXPECT_DEBUG_DEATH(
      {
        std::fesetround(FE_UPWARD);
        exact_accumulator<float>().add(x);
        std::fesetround(FE_TONEAREST);
      },
      "expects rounding to nearest");
  EXPECT_EQ(sum(x), 150.0F);
}

#if defined(__x86_64__)
TEST(precondition_death_test, subnormals_are_not_flushed) {
  constexpr unsigned flush_to_zero = 0x8000;
  constexpr unsigned denormals_are_zero = 0x0040;
  const unsigned usual = _mm_getcsr();
  for (const unsigned mode : {flush_to_zero, denormals_are_zero})
    EXPECT_DEBUG_DEATH(
        {
          _mm_setcsr(usual | mode);
          static_cast<void>(sum(x));
          _mm_setcsr(usual);
        },
        "subnormals not flushed");
}
#endif

// What overflows in a lane need not in the sum, so it must not trap either.
TEST(precondition, exceptions_that_trap_are_masked_meanwhile) {
  std::vector<double> huge;
  for (int i = 0; i < 5000; ++i) huge.push_back(i % 2 == 0 ? 1e308 : -1e308);
  const std::vector<double> infinite{1, std::numeric_limits<double>::infinity(), 2};
  const int usual = feenableexcept(FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO);
  const double zero = sum(huge);
  const double infinity = sum(infinite);
  const int during = fegetexcept();
  fedisableexcept(FE_ALL_EXCEPT);
  feenableexcept(usual);
  EXPECT_EQ(zero, 0);
  EXPECT_EQ(infinity, infinite[1]);
#if defined(__x86_64__)
  EXPECT_EQ(during, FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO);
#endif
}

}  // namespace
}  // namespace permdelta::test

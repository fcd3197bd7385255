/// What `exact` expects of the floating-point environment, checked by debug builds.

#include <gtest/gtest.h>

#include <cfenv>
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

}  // namespace
}  // namespace permdelta::test

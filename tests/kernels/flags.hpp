#pragma once

/// The caller's floating-point flags: raised, and left alone.

#include <cfenv>

#include "tests/kernels/values.hpp"

namespace permdelta::test {

/// Raises flags as arithmetic does. feraiseexcept may raise some in the x87 unit, where they would
/// hide that the flags of SSE were lost.
inline void raise_by_arithmetic(int flags) {
  volatile double huge = largest<double>();
  volatile double tiny = 0x1.0000001p-600;
  volatile double zero = 0.0;
  volatile double three = 3.0;
  volatile double result = 0.0;
  if ((flags & FE_INEXACT) != 0) result = huge / three;
  if ((flags & FE_OVERFLOW) != 0) result = huge * three;
  if ((flags & FE_UNDERFLOW) != 0) result = tiny * tiny;
  if ((flags & FE_DIVBYZERO) != 0) result = three / zero;
  if ((flags & FE_INVALID) != 0) result = zero / zero;
  static_cast<void>(result);
}

/// Whether `act` leaves the flags as they were, whatever they were.
template <class Act>
[[nodiscard]] bool leaves_flags(const Act& act) {
  bool left = true;
  for (const int raised : {0, FE_INEXACT, FE_OVERFLOW, FE_UNDERFLOW, FE_DIVBYZERO, FE_INVALID,
                           FE_DIVBYZERO | FE_INVALID, FE_ALL_EXCEPT}) {
    std::feclearexcept(FE_ALL_EXCEPT);
    raise_by_arithmetic(raised);
    const int before = std::fetestexcept(FE_ALL_EXCEPT);
    act();
    left = left && std::fetestexcept(FE_ALL_EXCEPT) == before;
  }
  std::feclearexcept(FE_ALL_EXCEPT);
  return left;
}

}  // namespace permdelta::test

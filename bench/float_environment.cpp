#include "bench/float_environment.hpp"

#include <limits>

namespace permdelta {

float_environment::answers float_environment::ask() noexcept {
  volatile double one = 1;
  volatile double little = 0x1p-60;
  volatile double smallest = std::numeric_limits<double>::min();
  volatile double half = smallest / 2;
  volatile double from_half = half * 2;
  volatile float one_float = 1;
  volatile float little_float = 0x1p-30F;
  // Upwards, downwards and towards zero differ from each other in the first three.
  return {one + little,
          -one - little,
          one - little,
          half,
          from_half,
          static_cast<double>(one_float + little_float),
          static_cast<double>(-one_float - little_float),
          static_cast<double>(std::fegetround())};
}

bool float_environment::is_default() noexcept {
  constexpr double smallest = std::numeric_limits<double>::min();
  return ask() == answers{1, -1, 1, smallest / 2, smallest, 1, -1, FE_TONEAREST};
}

float_environment::float_environment() noexcept : then_(ask()) {
  std::fegetenv(&saved_);
}

float_environment::~float_environment() {
  std::fesetenv(&saved_);
}

bool float_environment::changed() const noexcept {
  return ask() != then_;
}

}  // namespace permdelta

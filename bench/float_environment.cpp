#include "bench/float_environment.hpp"

#include <limits>

namespace permdelta {
namespace {

// As an operand, and as a result.
bool keeps_subnormals() noexcept {
  volatile double smallest = std::numeric_limits<double>::min();
  volatile double half = smallest / 2;
  volatile double whole = half * 2;
  return whole == smallest;
}

}  // namespace

float_environment::float_environment() noexcept
    : rounding_(std::fegetround()), keeps_subnormals_(keeps_subnormals()) {
  std::fegetenv(&saved_);
}

float_environment::~float_environment() {
  std::fesetenv(&saved_);
}

bool float_environment::changed() const noexcept {
  return std::fegetround() != rounding_ || keeps_subnormals() != keeps_subnormals_;
}

}  // namespace permdelta

#pragma once

/// e to the power of a double_double.

#include "bench/double_double.hpp"

namespace permdelta {

/// significand * 2^exponent.
struct scaled_double_double {
  double_double significand;
  int exponent = 0;
};

/// e^a for a <= 0, within 2^-101 of it, relatively; the significand lies between 0.7 and 1.42. Zero
/// for a below -760, where e^a is less than 2^-1096; NaN if a is.
[[nodiscard]] scaled_double_double exp_scaled(double_double a) noexcept;

/// The same as one number: to 2^-101 as long as it is above 2^-968, else to 2^-1074, absolutely.
[[nodiscard]] double_double exp(double_double a) noexcept;

}  // namespace permdelta

#pragma once

/// The error of k additions in a chain, relative to the sum of magnitudes: gamma_k = k u / (1 - k
/// u) (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1 and 4.2). Each
/// method states its longest chain.

#include <limits>

namespace permdelta {

[[nodiscard]] inline double gamma_bound(double additions, double unit_roundoff) noexcept {
  const double ku = additions * unit_roundoff;
  return ku < 1 ? ku / (1 - ku) : std::numeric_limits<double>::infinity();
}

}  // namespace permdelta

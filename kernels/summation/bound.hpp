#pragma once

/// The error of a sum, relative to the sum of magnitudes. Each method states the longest chain of
/// additions that a term of its goes through.

#include <cstddef>

namespace permdelta {

/// Of a sum of n terms, each of which goes through at most `additions` additions: gamma_k = k u /
/// (1 - k u) for k of them (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed.,
/// sections 3.1 and 4.2), as long as that has a value and is not more than what holds for every
/// order and every n, (n - 1) u (Jeannerod and Rump, SIAM J. Matrix Anal. Appl. 34, 2013).
[[nodiscard]] inline double chain_bound(std::size_t n, double additions,
                                        double unit_roundoff) noexcept {
  if (n < 2) return 0;
  const double any_order = static_cast<double>(n - 1) * unit_roundoff;
  const double ku = additions * unit_roundoff;
  const double gamma = ku < 1 ? ku / (1 - ku) : any_order;
  return gamma < any_order ? gamma : any_order;
}

}  // namespace permdelta

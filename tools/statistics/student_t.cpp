#include "tools/statistics/student_t.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

/// With T = sqrt(v) tan(A), the angle A has the density c cos(A)^(v-1) between -pi/2 and pi/2
/// (Abramowitz and Stegun, 26.7), c from the gamma function. So P(|T| <= t) is an integral of a
/// smooth function over a finite interval, which Simpson's rule takes, and t is found by bisection
/// of the angle.

namespace permdelta {
namespace {

// P(|A| <= angle)
double probability(double degrees, double angle) {
  const double scale = std::exp(std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2)) /
                       std::sqrt(std::numbers::pi);
  constexpr int steps = 2000;  // even
  double sum = 0;
  for (int i = 0; i <= steps; ++i) {
    const double weight = i == 0 || i == steps ? 1 : i % 2 == 0 ? 2 : 4;
    sum += weight * std::pow(std::cos(angle * i / steps), degrees - 1);
  }
  return 2 * scale * sum * angle / (3 * steps);
}

}  // namespace

double student_t(double degrees, double confidence) {
  if (!(degrees >= 1) || !(confidence > 0 && confidence < 1))
    throw std::invalid_argument("student_t: degrees or confidence");
  double low = 0;
  double high = std::numbers::pi / 2;
  for (int i = 0; i < std::numeric_limits<double>::digits; ++i) {
    const double middle = (low + high) / 2;
    (probability(degrees, middle) < confidence ? low : high) = middle;
  }
  return std::sqrt(degrees) * std::tan(high);
}

}  // namespace permdelta

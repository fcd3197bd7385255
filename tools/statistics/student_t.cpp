#include "tools/statistics/student_t.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

/// With T = sqrt(v) tan(A), the angle A has the density c cos(A)^(v-1) between -pi/2 and pi/2
/// (Abramowitz and Stegun, 26.7), c from the gamma function. So P(|T| <= t) is an integral of a
/// smooth function over a finite interval, which Simpson's rule takes, and t is found by Newton's
/// method for the angle.

namespace permdelta {
namespace {

// The density of A at 0.
double scale_of(double degrees) {
  return std::exp(std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2)) /
         std::sqrt(std::numbers::pi);
}

// P(|A| <= angle)
double probability(double degrees, double angle) {
  constexpr int steps = 500;  // even
  double sum = 0;
  for (int i = 0; i <= steps; ++i) {
    const double weight = i == 0 || i == steps ? 1 : i % 2 == 0 ? 2 : 4;
    sum += weight * std::pow(std::cos(angle * i / steps), degrees - 1);
  }
  return 2 * scale_of(degrees) * sum * angle / (3 * steps);
}

}  // namespace

double student_t(double degrees, double confidence) {
  if (!(degrees >= 1) || !(confidence > 0 && confidence < 1))
    throw std::invalid_argument("student_t: degrees or confidence");
  double low = 0;
  double high = std::numbers::pi / 2;
  double angle = std::atan(2 / std::sqrt(degrees));
  for (int i = 0; i < 100 && low < high; ++i) {
    const double off = probability(degrees, angle) - confidence;
    (off < 0 ? low : high) = angle;
    const double slope = 2 * scale_of(degrees) * std::pow(std::cos(angle), degrees - 1);
    double next = angle - off / slope;  // Newton's, or half the way where that leads astray
    if (!(next > low && next < high)) next = (low + high) / 2;
    const bool is_there = std::abs(next - angle) <= 1e-14 * angle;
    angle = next;
    if (is_there) break;
  }
  return std::sqrt(degrees) * std::tan(angle);
}

}  // namespace permdelta

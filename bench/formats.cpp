#include "bench/formats.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace permdelta {
namespace {

template <element T>
constexpr formats formats_of_elements{format_of<T>, format_of<compute_t<T>>};

}  // namespace

const formats& formats_of(element_type type) noexcept {
  static constexpr std::array all{formats_of_elements<double>, formats_of_elements<float>,
                                  formats_of_elements<fp16>, formats_of_elements<bf16>};
  return all[static_cast<std::size_t>(type)];
}

double rounded(double value, const format& to) noexcept {
  if (to.digits == format_of<double>.digits || value == 0 || !std::isfinite(value)) return value;
  // A multiple of its ulp, of which it has so few that none is lost on the way.
  const double ulp = ulp_at(value, to);
  const double nearest = std::nearbyint(value / ulp) * ulp;
  return std::abs(nearest) < std::ldexp(1.0, to.max_exponent + 1)
             ? nearest
             : std::copysign(std::numeric_limits<double>::infinity(), value);
}

double ulp_at(double value, const format& in) noexcept {
  if (!std::isfinite(value)) return std::abs(value);
  const int exponent = value == 0 ? in.min_exponent : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, in.min_exponent) - in.digits + 1);
}

}  // namespace permdelta

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace permdelta::testing {

/// n positive numbers as times are: most near `centre`, some far above. The seed gives the same
/// numbers everywhere, which std's distributions don't.
[[nodiscard]] inline std::vector<double> times(std::size_t n, double centre, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<double> x(n);
  for (double& value : x) {
    const double uniform = 0x1p-32 * static_cast<double>(random());
    value = centre * (1 + 0.1 / (1e-2 + uniform));
  }
  return x;
}

[[nodiscard]] inline std::vector<double> scaled(std::vector<double> x, double factor) {
  for (double& value : x) value *= factor;
  return x;
}

/// What std::invalid_argument says that `call` throws; empty if it throws none.
[[nodiscard]] inline std::string misuse(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace permdelta::testing

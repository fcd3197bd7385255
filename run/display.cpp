#include "run/display.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace permdelta {
namespace {

template <class... Values>
std::string printed(const char* format, Values... values) {
  std::array<char, 400> text{};  // a double has up to 309 digits before its point
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

}  // namespace

std::string significant(double value, int digits) {
  if (value == 0) return "0";
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return printed("%.*f", std::clamp(digits - 1 - exponent, 0, 3), value);
}

std::string duration(double nanoseconds) {
  constexpr double next_unit = 999.95;  // what four digits would round up to 1000
  constexpr std::array units{"ns", "us", "ms", "s "};
  double value = nanoseconds;
  std::size_t unit = 0;
  for (; unit + 1 < units.size() && std::abs(value) >= next_unit; ++unit) value /= 1000;
  return significant(value, 4) + ' ' + units[unit];
}

std::string gigabytes(double bytes) {
  return significant(bytes / 1e9, 3);
}

std::string scientific(double value) {
  return value == 0 ? "0" : printed("%.2e", value);
}

std::string compact(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < 1e5;
  return printed(whole ? "%.0f" : "%.3g", value);
}

std::string count_text(double value) {
  return printed("%.6g", value);
}

std::string shortest(double value) {
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

}  // namespace permdelta

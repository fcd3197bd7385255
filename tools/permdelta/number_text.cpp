#include "tools/permdelta/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace permdelta {
namespace {

template <class Number, class... How>
std::string text_of(Number value, How... how) {
  if (std::isnan(value)) return "nan";  // whatever its sign
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, how...);
  return {text.data(), end};
}

// The value with so many digits, as a double.
double rounded_to_digits(double value, int digits) {
  const std::string text = text_of(value, std::chars_format::scientific, digits - 1);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

template <element T>
std::string decimal_text(T value) {
  // The library knows the shortest of its own types; of ours, the fewest digits that read back.
  const double exact = to_double(value);
  for (int digits = 1; digits < 6; ++digits) {
    const double rounded = rounded_to_digits(exact, digits);
    if (from_double<T>(rounded) == value) return text_of(rounded);
  }
  return text_of(exact);
}

template <>
std::string decimal_text(double value) {
  return text_of(value);
}
template <>
std::string decimal_text(float value) {
  return text_of(value);
}

template std::string decimal_text(fp16);

template <>
std::string decimal_text(bf16 value) {
  return text_of(widen(value));
}

std::string hexadecimal_text(double value) {
  if (!std::isfinite(value)) return text_of(value);
  if (value == 0) return std::signbit(value) ? "-0x0.0p+0" : "0x0.0p+0";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.13a", value);
  return text.data();
}

}  // namespace permdelta

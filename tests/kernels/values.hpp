#pragma once

/// Elements as numbers and as bits, by definitions of the tests' own: the conversions of halves
/// here share nothing with the library's.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta::test {

/// The value of a half, from the format's definition and not by the library's own `widen`.
[[nodiscard]] inline double value_of(fp16 half) noexcept {
  const int exponent = (half.bits >> 10) & 31;
  const int fraction = half.bits & 1023;
  const double sign = (half.bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == 31)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}
/// The same of a bfloat16.
[[nodiscard]] inline double value_of(bf16 value) noexcept {
  const int exponent = (value.bits >> 7) & 255;
  const int fraction = value.bits & 127;
  const double sign = (value.bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == 255)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(fraction, -133);
  return sign * std::ldexp(128 + fraction, exponent - 134);
}
[[nodiscard]] inline double value_of(float value) noexcept {
  return static_cast<double>(value);
}
[[nodiscard]] inline double value_of(double value) noexcept {
  return value;
}

/// The element of 16 bits nearest to `value`, from the format's definition and not by the library's
/// own conversions. In units of its last place a number is an integer of few digits; as the
/// encodings of neighbouring numbers are neighbouring integers, a carry into the exponent needs no
/// case of its own.
template <element T>
[[nodiscard]] T nearest_short(double value) noexcept {
  constexpr format to = format_of<T>;
  constexpr int lowest = to.min_exponent - to.digits + 1;
  constexpr int binade = 1 << (to.digits - 1);
  constexpr int infinity = (to.max_exponent - to.min_exponent + 2) * binade;
  const unsigned sign = std::signbit(value) ? 0x8000U : 0U;
  const double magnitude = std::abs(value);
  int bits = infinity;
  if (std::isnan(value)) {
    bits |= binade / 2;
  } else if (magnitude < std::ldexp(1.0, to.max_exponent + 1)) {
    const int exponent =
        magnitude == 0.0 ? lowest : std::max(std::ilogb(magnitude) - to.digits + 1, lowest);
    const int steps = static_cast<int>(std::nearbyint(std::ldexp(magnitude, -exponent)));
    bits = (exponent - lowest) * binade + steps;
  }
  return T{static_cast<std::uint16_t>(sign | static_cast<unsigned>(bits))};
}

/// A result of the compute type as it is stored in an element.
template <element T>
[[nodiscard]] T stored(compute_t<T> value) noexcept {
  if constexpr (std::same_as<T, compute_t<T>>)
    return value;
  else
    return nearest_short<T>(static_cast<double>(value));
}
template <element T>
[[nodiscard]] compute_t<T> computed(T value) noexcept {
  return static_cast<compute_t<T>>(value_of(value));
}

template <element T>
[[nodiscard]] std::vector<compute_t<T>> computed(std::span<const T> x) {
  std::vector<compute_t<T>> values;
  values.reserve(x.size());
  for (const T value : x) values.push_back(computed(value));
  return values;
}

[[nodiscard]] inline std::uint64_t bits_of(double value) noexcept {
  return std::bit_cast<std::uint64_t>(value);
}
[[nodiscard]] inline std::uint64_t bits_of(float value) noexcept {
  return std::bit_cast<std::uint32_t>(value);
}
[[nodiscard]] inline std::uint64_t bits_of(fp16 value) noexcept {
  return value.bits;
}
[[nodiscard]] inline std::uint64_t bits_of(bf16 value) noexcept {
  return value.bits;
}

/// The encoding of +infinity; the finite ones of that sign are all the integers below.
template <element T>
inline constexpr std::uint64_t infinity_bits =
    static_cast<std::uint64_t>(format_of<T>.max_exponent - format_of<T>.min_exponent + 2)
    << (format_of<T>.digits - 1);

template <element T>
inline constexpr std::uint64_t sign_bit = infinity_bits<T> +
                                          (std::uint64_t{1} << (format_of<T>.digits - 1));

template <element T>
[[nodiscard]] T from_bits(std::uint64_t bits) noexcept {
  if constexpr (std::same_as<T, double>)
    return std::bit_cast<double>(bits);
  else if constexpr (std::same_as<T, float>)
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  else
    return T{static_cast<std::uint16_t>(bits)};
}

/// -x, for NaNs too.
template <element T>
[[nodiscard]] T opposite(T x) noexcept {
  return from_bits<T>(bits_of(x) ^ sign_bit<T>);
}

template <element T>
[[nodiscard]] bool is_nan(T value) noexcept {
  return std::isnan(value_of(value));
}

/// The same bits; NaNs are all alike, because which one an operation makes is the machine's choice.
template <element T>
[[nodiscard]] bool same(T a, T b) noexcept {
  return bits_of(a) == bits_of(b) || (is_nan(a) && is_nan(b));
}

template <element T>
[[nodiscard]] bool same(std::span<const T> a, std::span<const T> b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same(a[i], b[i])) return false;
  return true;
}

/// A value for a failure message: as a number and as bits.
template <element T>
[[nodiscard]] std::string show(T value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g (0x%llx)", value_of(value),
                static_cast<unsigned long long>(bits_of(value)));
  return text;
}

/// The largest finite value and the unit roundoff of a compute type.
template <class C>
inline constexpr double unit_roundoff = std::same_as<C, double> ? 0x1p-53 : 0x1p-24;

template <element T>
[[nodiscard]] double largest() noexcept {
  return std::ldexp(2.0 - std::ldexp(1.0, 1 - format_of<T>.digits), format_of<T>.max_exponent);
}

}  // namespace permdelta::test

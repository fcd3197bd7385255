#pragma once

/// @file
/// Storage types and the compute types behind them.
///
/// A kernel reads and writes an *element type* T and calculates in its *compute type*: double for
/// fp64, float for the others. `fp16` and `bf16` are storage only: they have no arithmetic, so
/// nothing can round to them by accident.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "export.h"

namespace permdelta {

/// IEEE 754 binary16 as it lies in memory. Equality is equality of bits: +0 != -0, a NaN equals
/// itself.
struct PERMDELTA_EXPORT fp16 {
  std::uint16_t bits = 0;
  friend constexpr bool operator==(fp16, fp16) = default;
};

/// bfloat16 as it lies in memory: the upper half of a float.
struct PERMDELTA_EXPORT bf16 {
  std::uint16_t bits = 0;
  friend constexpr bool operator==(bf16, bf16) = default;
};

template <class T>
concept element = std::same_as<T, double> || std::same_as<T, float> || std::same_as<T, fp16> ||
    std::same_as<T, bf16>;

/// A Group, such as std::variant, of what there is Of each element type, in the order of names.hpp.
template <template <class...> class Group, template <class> class Of>
using per_element_type = Group<Of<double>, Of<float>, Of<fp16>, Of<bf16>>;

/// The type in which elements of type T are added up.
template <element T>
using compute_t = std::conditional_t<std::same_as<T, double>, double, float>;

/// What a format can represent: significand digits with the hidden one, and the exponent range of
/// normal numbers written as 1.xxx * 2^e.
struct format {
  int digits;
  int min_exponent;
  int max_exponent;
};

template <element T>
inline constexpr format format_of = std::same_as<T, double>  ? format{53, -1022, 1023}
                                    : std::same_as<T, float> ? format{24, -126, 127}
                                    : std::same_as<T, fp16>  ? format{11, -14, 15}
                                                             : format{8, -126, 127};

/// The exact value of an element of 16 bits; NaN payloads are kept and quietened.
/// @{
[[nodiscard]] PERMDELTA_EXPORT float widen(fp16 value) noexcept;
[[nodiscard]] PERMDELTA_EXPORT float widen(bf16 value) noexcept;
/// @}

/// The value of an element as a double; always exact.
/// @{
[[nodiscard]] inline double to_double(double value) noexcept {
  return value;
}
[[nodiscard]] inline double to_double(float value) noexcept {
  return static_cast<double>(value);
}
[[nodiscard]] inline double to_double(fp16 value) noexcept {
  return static_cast<double>(widen(value));
}
[[nodiscard]] inline double to_double(bf16 value) noexcept {
  return static_cast<double>(widen(value));
}
/// @}

/// `value` rounded once to T, to nearest even.
/// @{
template <element T>
[[nodiscard]] T from_double(double value) noexcept;

template <>
[[nodiscard]] inline double from_double<double>(double value) noexcept {
  return value;
}
template <>
[[nodiscard]] inline float from_double<float>(double value) noexcept {
  return static_cast<float>(value);
}
template <>
[[nodiscard]] PERMDELTA_EXPORT fp16 from_double<fp16>(double value) noexcept;
template <>
[[nodiscard]] PERMDELTA_EXPORT bf16 from_double<bf16>(double value) noexcept;
/// @}

}  // namespace permdelta

#pragma once

/// Elements put together from sign, exponent and fraction.

#include <cstdint>

#include "tests/kernels/values.hpp"

namespace permdelta::test {

template <element T>
inline constexpr int fraction_bits = format_of<T>.digits - 1;

/// The exponent fields of the largest finite numbers, and of infinities and NaN.
template <element T>
inline constexpr unsigned top_exponent = static_cast<unsigned>(2 * format_of<T>.max_exponent);
template <element T>
inline constexpr unsigned special_exponent = top_exponent<T> + 1;

template <element T>
inline constexpr std::uint64_t fraction_mask = ~(~std::uint64_t{0} << fraction_bits<T>);

/// An exponent field of 0 and one more mean the same exponent, with and without the hidden bit.
template <element T>
[[nodiscard]] T from_fields(bool negative, unsigned exponent, std::uint64_t fraction) noexcept {
  const std::uint64_t magnitude =
      std::uint64_t{exponent} << fraction_bits<T> | (fraction & fraction_mask<T>);
  return from_bits<T>(negative ? magnitude | sign_bit<T> : magnitude);
}

template <element T>
[[nodiscard]] unsigned exponent_field(T value) noexcept {
  return static_cast<unsigned>(bits_of(value) >> fraction_bits<T>) & special_exponent<T>;
}

template <element T>
[[nodiscard]] bool is_finite(T value) noexcept {
  return exponent_field(value) != special_exponent<T>;
}

/// The smallest positive number: every number is a multiple of it.
template <element T>
[[nodiscard]] T tiniest() noexcept {
  return from_bits<T>(1);
}

}  // namespace permdelta::test

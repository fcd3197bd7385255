#include "kernels/element.hpp"

#include <bit>

#ifdef __FAST_MATH__
#error "permdelta fixes every rounding: compile it without -ffast-math"
#endif

namespace permdelta {
namespace {

// Rounds the double with these bits to a format of 16 bits, to nearest even.
constexpr std::uint16_t narrowed(std::uint64_t bits, format to) noexcept {
  constexpr int double_digits = 52;
  const int digits = to.digits - 1;
  const auto sign = static_cast<std::uint16_t>((bits >> 48) & 0x8000U);
  const auto infinity = static_cast<std::uint16_t>((2 * to.max_exponent + 1) << digits);
  const auto exponent = static_cast<int>((bits >> double_digits) & 0x7FF) - 1023;
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << double_digits) - 1);

  if (exponent == 1024 && fraction != 0)  // NaN: keep the upper payload, set the quiet bit
    return static_cast<std::uint16_t>(sign | infinity | (1U << (digits - 1)) |
                                      (fraction >> (double_digits - digits)));
  if (exponent > to.max_exponent) return static_cast<std::uint16_t>(sign | infinity);
  const bool subnormal = exponent < to.min_exponent;
  if (exponent < to.min_exponent - digits - 1) return sign;  // below half of the smallest

  // The significand with its hidden bit, shifted right until its last bit weighs what the result's
  // last bit does, which below the normal numbers is the same for all.
  const int shift = double_digits - digits + (subnormal ? to.min_exponent - exponent : 0);
  const std::uint64_t significand = fraction | (std::uint64_t{1} << double_digits);
  const std::uint64_t kept = significand >> shift;
  const std::uint64_t dropped = significand & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const std::uint64_t rounded = kept + (dropped > half || (dropped == half && (kept & 1) != 0));
  // The hidden bit of a normal number adds one to the exponent field, and a carry out of the
  // fraction adds another: up to infinity, which is right.
  const std::uint64_t biased =
      subnormal ? 0 : static_cast<std::uint64_t>(exponent - to.min_exponent) << digits;
  return static_cast<std::uint16_t>(sign | (biased + rounded));
}

}  // namespace

float widen(fp16 value) noexcept {
  const std::uint32_t sign = (value.bits & 0x8000U) << 16;
  const std::uint32_t magnitude = value.bits & 0x7FFFU;
  if (magnitude > 0x7C00U)  // NaN, made quiet
    return std::bit_cast<float>(sign | 0x7FC00000U | (magnitude << 13));
  if (magnitude == 0x7C00U) return std::bit_cast<float>(sign | 0x7F800000U);
  // The half's exponent and fraction, put into a float's fields, read as the value times 2^-112:
  // exact also for subnormals, and so is the multiplication.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112F;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(scaled));
}

float widen(bf16 value) noexcept {
  const std::uint32_t bits = std::uint32_t{value.bits} << 16;
  const bool nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
  return std::bit_cast<float>(nan ? bits | 0x400000U : bits);
}

template <>
fp16 from_double<fp16>(double value) noexcept {
  return fp16{narrowed(std::bit_cast<std::uint64_t>(value), format_of<fp16>)};
}

template <>
bf16 from_double<bf16>(double value) noexcept {
  return bf16{narrowed(std::bit_cast<std::uint64_t>(value), format_of<bf16>)};
}

}  // namespace permdelta

#include "kernels/element.hpp"

#include <bit>

#ifdef __FAST_MATH__
#error "permdelta fixes every rounding: compile it without -ffast-math"
#endif

namespace permdelta {
namespace {

// Rounds the double with these bits to a half, to nearest even. One function serves both source
// types, because widening a float to double is exact.
constexpr std::uint16_t half_bits(std::uint64_t bits) noexcept {
  constexpr int double_digits = 52;
  constexpr int half_digits = 10;
  const auto sign = static_cast<std::uint16_t>((bits >> 48) & 0x8000U);
  const auto exponent = static_cast<int>((bits >> double_digits) & 0x7FF) - 1023;
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << double_digits) - 1);

  if (exponent == 1024 && fraction != 0)  // NaN: keep the upper payload, set the quiet bit
    return static_cast<std::uint16_t>(sign | 0x7E00U | (fraction >> (double_digits - half_digits)));
  if (exponent > 15) return static_cast<std::uint16_t>(sign | 0x7C00U);
  if (exponent < -25) return sign;  // below half of the smallest subnormal

  // The significand with its hidden bit, shifted right until its last bit weighs what the half's
  // last bit does: 2^(exponent-10) for normal numbers, 2^-24 below them.
  const int shift = double_digits - half_digits + (exponent < -14 ? -14 - exponent : 0);
  const std::uint64_t significand = fraction | (std::uint64_t{1} << double_digits);
  const std::uint64_t kept = significand >> shift;
  const std::uint64_t dropped = significand & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const std::uint64_t rounded = kept + (dropped > half || (dropped == half && (kept & 1) != 0));
  // The hidden bit of a normal number adds one to the exponent field, and a carry out of the
  // fraction adds another: up to infinity, which is right.
  const std::uint64_t biased =
      exponent < -14 ? 0 : static_cast<std::uint64_t>(exponent + 14) << half_digits;
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

fp16 narrow(float value) noexcept {
  return from_double<fp16>(static_cast<double>(value));
}

template <>
fp16 from_double<fp16>(double value) noexcept {
  return fp16{half_bits(std::bit_cast<std::uint64_t>(value))};
}

}  // namespace permdelta

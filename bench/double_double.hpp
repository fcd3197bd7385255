#pragma once

/// Numbers of twice the precision of double: the unevaluated sum of a double and a much smaller
/// one.
///
/// The algorithms and their bounds are those of Joldes, Muller and Popescu, "Tight and rigorous
/// error bounds for basic building blocks of double-word arithmetic" (ACM TOMS 44, 2017); the
/// square root is Lefèvre, Louvet, Muller, Picot and Rideau's, "Accurate calculation of Euclidean
/// norms using double-word arithmetic" (ACM TOMS 49, 2023). The error-free steps go back to Møller
/// and Knuth (two_sum) and to Dekker (fast_two_sum, two_product). Every result is within 2^-101 of
/// the exact one, relative to it, unless something overflows or drops below 2^-968.

#include <bit>
#include <cmath>
#include <cstdint>

#include "bench/formats.hpp"

namespace permdelta {

struct double_double {
  double high = 0;
  double low = 0;  ///< at most half an ulp of `high`, so that `high` is the nearest double
};

/// a + b, exactly.
[[nodiscard]] inline double_double two_sum(double a, double b) noexcept {
  const double sum = a + b;
  const double b_seen = sum - a;
  return {sum, (a - (sum - b_seen)) + (b - b_seen)};
}

/// a + b, exactly, if |a| >= |b| or a is 0.
[[nodiscard]] inline double_double fast_two_sum(double a, double b) noexcept {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a b, exactly.
[[nodiscard]] inline double_double two_product(double a, double b) noexcept {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

[[nodiscard]] inline double_double operator-(double_double a) noexcept {
  return {-a.high, -a.low};
}

// DWPlusFP: 2 u^2.
[[nodiscard]] inline double_double operator+(double_double a, double b) noexcept {
  const auto [high, low] = two_sum(a.high, b);
  return fast_two_sum(high, a.low + low);
}

// AccurateDWPlusDW: 3 u^2 + 13 u^3, also where the operands cancel.
[[nodiscard]] inline double_double operator+(double_double a, double_double b) noexcept {
  const auto high = two_sum(a.high, b.high);
  const auto low = two_sum(a.low, b.low);
  const auto sum = fast_two_sum(high.high, high.low + low.high);
  return fast_two_sum(sum.high, low.low + sum.low);
}

[[nodiscard]] inline double_double operator-(double_double a, double_double b) noexcept {
  return a + -b;
}

// DWTimesFP1: 2 u^2.
[[nodiscard]] inline double_double operator*(double_double a, double b) noexcept {
  const auto high = two_product(a.high, b);
  const auto sum = fast_two_sum(high.high, a.low * b);
  return fast_two_sum(sum.high, sum.low + high.low);
}

// DWTimesDW1: 5 u^2.
[[nodiscard]] inline double_double operator*(double_double a, double_double b) noexcept {
  const auto high = two_product(a.high, b.high);
  return fast_two_sum(high.high, high.low + (a.high * b.low + a.low * b.high));
}

// DWDivDW2: 15 u^2.
[[nodiscard]] inline double_double operator/(double_double a, double_double b) noexcept {
  const double quotient = a.high / b.high;
  const double_double product = b * quotient;
  return fast_two_sum(quotient, ((a.high - product.high) + (a.low - product.low)) / b.high);
}

// SQRTDWtoDW: 25/8 u^2.
[[nodiscard]] inline double_double sqrt(double_double a) noexcept {
  if (a.high == 0) return a;
  const double root = std::sqrt(a.high);
  const double rest = a.low + std::fma(-root, root, a.high);
  return fast_two_sum(root, rest / (2 * root));
}

/// `value` rounded to double *to odd*: exact values stay, all others become the neighbour whose
/// last bit is 1. Such a number remembers that it is not exact and on which side it lies, so
/// rounding it once more, to a format at least two bits shorter, gives what one rounding of `value`
/// would have given (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
[[nodiscard]] inline double round_to_odd(double_double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value.high);
  if (!(std::abs(value.low) > 0) || (bits & 1) != 0) return value.high;
  const bool away_from_zero = (value.low > 0) == (value.high > 0);
  return std::bit_cast<double>(away_from_zero ? bits + 1 : bits - 1);
}

/// `value` rounded once to a format, to nearest even.
[[nodiscard]] inline double rounded(double_double value, const format& to) noexcept {
  return to.digits == format_of<double>.digits ? value.high : rounded(round_to_odd(value), to);
}

/// significand * 2^exponent, rounded once: for numbers so small that a double_double does not hold
/// all their digits.
///
/// A subnormal double is a multiple of 2^-1074, whatever its size, and `high` may be a tie between
/// two of them, which `low` decides. So both are added to 2^52 such units, where the last place of
/// a double is one unit: rounding the rest to odd lets the addition round as all digits want it.
[[nodiscard]] inline double rounded(double_double significand, int exponent,
                                    const format& to) noexcept {
  if (to.digits != format_of<double>.digits)
    return rounded(std::ldexp(round_to_odd(significand), exponent), to);
  const double units = std::ldexp(1.0, to.min_exponent - exponent);
  const double size = std::abs(significand.high);
  const bool subnormal = 0 < size && size < units;
  if (!subnormal) return std::ldexp(significand.high, exponent);
  const double raised = std::copysign(units, significand.high);
  const auto [sum, error] = fast_two_sum(raised, significand.high);
  const double total = sum + round_to_odd(two_sum(error, significand.low));
  return std::copysign(std::ldexp(total - raised, exponent), significand.high);
}

}  // namespace permdelta

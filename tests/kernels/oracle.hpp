#pragma once

/// The independent witness: MPFR numbers wide enough to hold any sum of doubles exactly.

#include <mpfr.h>

#include <span>
#include <vector>

#include "kernels/element.hpp"

namespace permdelta::test {

/// An MPFR number that owns its limbs. The largest double has 1024 bits before the point, the
/// smallest 1074 after it; the rest is room for 2^64 terms and for a product with a double.
class real {
 public:
  static constexpr mpfr_prec_t precision = 1024 + 1074 + 64 + 64 + 22;

  real() {
    mpfr_init2(value_, precision);
    mpfr_set_zero(value_, 1);
  }
  explicit real(double value) : real() { mpfr_set_d(value_, value, MPFR_RNDN); }
  real(const real& other) : real() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  real& operator=(const real& other) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  ~real() { mpfr_clear(value_); }

  [[nodiscard]] mpfr_ptr get() noexcept { return value_; }
  [[nodiscard]] mpfr_srcptr get() const noexcept { return value_; }

 private:
  mpfr_t value_;
};

/// The sum of `x`, by mpfr_sum; exact at this precision.
[[nodiscard]] real exact_sum(std::span<const double> x);

/// `value` rounded once to T, to nearest even, subnormals and overflow included.
template <element T>
[[nodiscard]] T nearest(const real& value);
template <>
[[nodiscard]] double nearest<double>(const real& value);
template <>
[[nodiscard]] float nearest<float>(const real& value);
template <>
[[nodiscard]] fp16 nearest<fp16>(const real& value);
template <>
[[nodiscard]] bf16 nearest<bf16>(const real& value);

/// The same number by what MPFR has for other formats than its own: T's digits and exponent range,
/// and mpfr_subnormalize.
template <element T>
[[nodiscard]] double emulate(const real& value);

/// The README's operations, on the exact sums and with one rounding at the end.
/// `eps` is 1e-6 as the compute type has it. x must not be empty.
template <element T>
[[nodiscard]] T reference_sum(std::span<const T> x);
template <element T>
[[nodiscard]] T reference_mean(std::span<const T> x);
template <element T>
[[nodiscard]] std::vector<T> reference_layernorm(std::span<const T> x);
template <element T>
[[nodiscard]] std::vector<T> reference_rmsnorm(std::span<const T> x);
/// The exponentials have 400 bits. NaNs where the largest element is infinite or there is a NaN.
template <element T>
[[nodiscard]] std::vector<T> reference_softmax(std::span<const T> x);

}  // namespace permdelta::test

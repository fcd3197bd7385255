#include "tests/kernels/oracle.hpp"

#include <algorithm>
#include <limits>

#include "tests/kernels/values.hpp"

namespace permdelta::test {
namespace {

/// MPFR numbers of 53 bits, kept from one sum to the next: making them costs more than adding them.
class terms {
 public:
  terms() = default;
  terms(const terms&) = delete;
  terms& operator=(const terms&) = delete;
  ~terms() {
    for (mpfr_ptr value : pointers_) mpfr_clear(value);
    for (mpfr_ptr value : pointers_) delete value;
  }
  [[nodiscard]] mpfr_ptr* load(std::span<const double> x) {
    while (pointers_.size() < x.size()) {
      pointers_.push_back(new __mpfr_struct);
      mpfr_init2(pointers_.back(), 53);
    }
    for (std::size_t i = 0; i < x.size(); ++i) mpfr_set_d(pointers_[i], x[i], MPFR_RNDN);
    return pointers_.data();
  }

 private:
  std::vector<mpfr_ptr> pointers_;
};

template <element T>
[[nodiscard]] std::vector<double> values(std::span<const T> x) {
  std::vector<double> result;
  result.reserve(x.size());
  for (const T value : x) result.push_back(value_of(value));
  return result;
}

template <element T>
[[nodiscard]] real exact_mean(std::span<const T> x) {
  real mean = exact_sum(values(x));
  mpfr_div_ui(mean.get(), mean.get(), x.size(), MPFR_RNDN);
  return mean;
}

[[nodiscard]] real mean_square(std::span<const real> x) {
  real squares, square;
  for (const real& value : x) {
    mpfr_sqr(square.get(), value.get(), MPFR_RNDN);
    mpfr_add(squares.get(), squares.get(), square.get(), MPFR_RNDN);
  }
  mpfr_div_ui(squares.get(), squares.get(), x.size(), MPFR_RNDN);
  return squares;
}

template <element T>
[[nodiscard]] std::vector<T> quotients(std::span<const real> x, const real& divisor) {
  std::vector<T> y;
  y.reserve(x.size());
  real quotient;
  for (const real& value : x) {
    mpfr_div(quotient.get(), value.get(), divisor.get(), MPFR_RNDN);
    y.push_back(nearest<T>(quotient));
  }
  return y;
}

}  // namespace

real exact_sum(std::span<const double> x) {
  static terms pool;
  real sum;
  mpfr_sum(sum.get(), pool.load(x), x.size(), MPFR_RNDN);
  return sum;
}

template <>
double nearest<double>(const real& value) {
  return mpfr_get_d(value.get(), MPFR_RNDN);
}

template <>
float nearest<float>(const real& value) {
  return mpfr_get_flt(value.get(), MPFR_RNDN);
}

// In units of its last place a half is an integer below 2048; as the encodings of neighbouring
// halves are neighbouring integers, a carry into the exponent needs no case of its own.
template <>
fp16 nearest<fp16>(const real& value) {
  const auto sign = static_cast<std::uint16_t>(mpfr_signbit(value.get()) != 0 ? 0x8000 : 0);
  const auto with_sign = [sign](long magnitude) {
    return fp16{static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(magnitude))};
  };
  constexpr long infinity = 0x7c00;
  if (mpfr_nan_p(value.get()) != 0) return with_sign(0x7e00);
  if (mpfr_inf_p(value.get()) != 0) return with_sign(infinity);
  if (mpfr_zero_p(value.get()) != 0) return with_sign(0);
  const mpfr_exp_t exponent = mpfr_get_exp(value.get());  // |value| in [1/2, 1) * 2^exponent
  if (exponent > 17) return with_sign(infinity);
  const long last_place = std::max(static_cast<long>(exponent) - 11, -24L);
  real scaled;
  mpfr_abs(scaled.get(), value.get(), MPFR_RNDN);
  mpfr_mul_2si(scaled.get(), scaled.get(), -last_place, MPFR_RNDN);
  mpfr_rint(scaled.get(), scaled.get(), MPFR_RNDN);  // ties to even
  const long steps = mpfr_get_si(scaled.get(), MPFR_RNDN);
  return with_sign(std::min((last_place + 24) * 1024 + steps, infinity));
}

template <>
bf16 nearest<bf16>(const real& value) {
  const double rounded = emulate<bf16>(value);
  return bf16{static_cast<std::uint16_t>(bits_of(static_cast<float>(rounded)) >> 16)};
}

template <element T>
double emulate(const real& value) {
  constexpr format f = format_of<T>;
  mpfr_t rounded;
  mpfr_init2(rounded, f.digits);
  int ternary = mpfr_set(rounded, value.get(), MPFR_RNDN);
  const mpfr_exp_t emin = mpfr_get_emin();
  const mpfr_exp_t emax = mpfr_get_emax();
  mpfr_set_emin(f.min_exponent - f.digits + 2);  // MPFR's significands lie in [1/2, 1)
  mpfr_set_emax(f.max_exponent + 1);
  ternary = mpfr_check_range(rounded, ternary, MPFR_RNDN);
  mpfr_subnormalize(rounded, ternary, MPFR_RNDN);
  mpfr_set_emin(emin);
  mpfr_set_emax(emax);
  const double result = mpfr_get_d(rounded, MPFR_RNDN);
  mpfr_clear(rounded);
  return result;
}

template <element T>
T reference_sum(std::span<const T> x) {
  return nearest<T>(exact_sum(values(x)));
}

template <element T>
T reference_mean(std::span<const T> x) {
  return nearest<T>(exact_mean(x));
}

template <element T>
std::vector<T> reference_layernorm(std::span<const T> x) {
  const real mean = exact_mean(x);
  std::vector<real> centred(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    mpfr_d_sub(centred[i].get(), value_of(x[i]), mean.get(), MPFR_RNDN);
  real divisor = mean_square(centred);
  mpfr_sqrt(divisor.get(), divisor.get(), MPFR_RNDN);
  mpfr_add_d(divisor.get(), divisor.get(), static_cast<double>(compute_t<T>(1e-6)), MPFR_RNDN);
  return quotients<T>(centred, divisor);
}

template <element T>
std::vector<T> reference_rmsnorm(std::span<const T> x) {
  std::vector<real> elements;
  elements.reserve(x.size());
  for (const T value : x) elements.emplace_back(value_of(value));
  real divisor = mean_square(elements);
  mpfr_add_d(divisor.get(), divisor.get(), static_cast<double>(compute_t<T>(1e-6)), MPFR_RNDN);
  mpfr_sqrt(divisor.get(), divisor.get(), MPFR_RNDN);
  return quotients<T>(elements, divisor);
}

template <element T>
std::vector<T> reference_softmax(std::span<const T> x) {
  double highest = -std::numeric_limits<double>::infinity();
  for (const T value : x) highest = std::max(highest, value_of(value));
  std::vector<real> exponentials(x.size());
  real sum;
  mpfr_t power;
  mpfr_init2(power, 400);
  for (std::size_t i = 0; i < x.size(); ++i) {
    real& e = exponentials[i];
    mpfr_set_d(e.get(), value_of(x[i]), MPFR_RNDN);
    mpfr_sub_d(e.get(), e.get(), highest, MPFR_RNDN);
    mpfr_exp(power, e.get(), MPFR_RNDN);
    mpfr_set(e.get(), power, MPFR_RNDN);
    mpfr_add(sum.get(), sum.get(), e.get(), MPFR_RNDN);
  }
  mpfr_clear(power);
  return quotients<T>(exponentials, sum);
}

template double emulate<double>(const real&);
template double emulate<float>(const real&);
template double emulate<fp16>(const real&);
template double emulate<bf16>(const real&);
template double reference_sum(std::span<const double>);
template float reference_sum(std::span<const float>);
template fp16 reference_sum(std::span<const fp16>);
template bf16 reference_sum(std::span<const bf16>);
template double reference_mean(std::span<const double>);
template float reference_mean(std::span<const float>);
template fp16 reference_mean(std::span<const fp16>);
template bf16 reference_mean(std::span<const bf16>);
template std::vector<double> reference_layernorm(std::span<const double>);
template std::vector<float> reference_layernorm(std::span<const float>);
template std::vector<fp16> reference_layernorm(std::span<const fp16>);
template std::vector<bf16> reference_layernorm(std::span<const bf16>);
template std::vector<double> reference_rmsnorm(std::span<const double>);
template std::vector<float> reference_rmsnorm(std::span<const float>);
template std::vector<fp16> reference_rmsnorm(std::span<const fp16>);
template std::vector<bf16> reference_rmsnorm(std::span<const bf16>);
template std::vector<double> reference_softmax(std::span<const double>);
template std::vector<float> reference_softmax(std::span<const float>);
template std::vector<fp16> reference_softmax(std::span<const fp16>);
template std::vector<bf16> reference_softmax(std::span<const bf16>);

}  // namespace permdelta::test

#include "bench/reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "bench/double_double_exp.hpp"
#include "bench/expansion.hpp"
#include "bench/row_error.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A quotient, digit by digit: each digit is a double, found from the exact remainder of those
/// before. Three of them are the mean to 2^-159; two would not do, because x - mean may cancel 53
/// bits. Where the mean is a short number (all x alike, say), it comes out exactly.
using long_mean = std::array<double, 3>;

long_mean divide(expansion total, double n) {
  long_mean digits;
  for (double& digit : digits) {
    digit = total.to_double() / n;
    total.add_product(-n, digit);
  }
  return digits;
}

double_double deviation(double x, const long_mean& mean) noexcept {
  return two_sum(x, -mean[0]) + -mean[1] + -mean[2];
}

double_double to_double_double(const long_mean& mean) {
  expansion sum;
  for (const double digit : mean) sum.add(digit);
  return sum.to_double_double();
}

/// What the tolerances are made of. Standard model: fl(a op b) = (a op b)(1 + d) with |d| <= u,
/// plus half of `tiny` for a product or quotient that underflows. k such factors together are 1 + t
/// with |t| <= gamma(k) = k u / (1 - k u) (Higham, "Accuracy and stability of numerical
/// algorithms", 3.1).
///
/// An element passes through at most n - 1 additions, in whatever order they are made. Compensated
/// methods make more, yet lose at most 2u + n u^2, which two further factors cover at the smallest
/// n. So the error of a sum is at most gamma(n + 1) sum|x|.
template <element T>
struct error_model {
  static constexpr format compute = format_of<compute_t<T>>;
  double u = std::ldexp(1.0, -compute.digits);
  double tiny = std::ldexp(1.0, compute.min_exponent - compute.digits + 1);
  double n;
  double magnitude;  // sum|x|

  [[nodiscard]] double gamma(double factors) const noexcept {
    return factors * u < 1 ? factors * u / (1 - factors * u) : infinity;
  }
  [[nodiscard]] double sum_error() const noexcept {
    return magnitude > 0 ? gamma(n + 1) * magnitude : 0;
  }

  // Of a sum of magnitudes, all errors included; no of NaN.
  [[nodiscard]] static bool fits(double sum) noexcept {
    return sum <= static_cast<double>(std::numeric_limits<compute_t<T>>::max());
  }

  // Two factors more: n is rounded to C, and there is the division.
  [[nodiscard]] double mean_error() const noexcept {
    return magnitude > 0 ? gamma(n + 3) * (magnitude / n) + tiny : 0;
  }

  // From |computed in C - exact| <= error to |kernel's output - our result|: ours was rounded to T,
  // and so was the kernel's, unless C is T; each time by half an ulp of the larger one at most.
  [[nodiscard]] double after_rounding(double exact, double error) const noexcept {
    constexpr double roundings = std::same_as<T, compute_t<T>> ? 0.5 : 1.0;
    return error + roundings * ulp_at<T>(std::abs(exact) + error);
  }
};

/// What a normalization subtracts: layernorm the mean, rmsnorm nothing.
struct centre {
  long_mean mean{};
  double error = 0;     // of a kernel's mean
  double rounding = 0;  // of the subtraction, relatively
};

/// y = c / d with c = x - m, d = s + eps, s = sqrt(mean c^2), all of them exact; hats for what a
/// kernel has. The error m^ - m is at most dm = mean_error(). Then
/// - c^ = (x - m^)(1 + t), so |c^ - c| <= dm + u (|c| + dm) =: dc;
/// - as the c add up to zero, mean (x - m^)^2 is exactly s^2 + (m^ - m)^2, so mean c^^2 lies from
///   (1 - u)^2 s^2 to (1 + u)^2 (s^2 + dm^2);
/// - squaring, n + 1 factors of a sum of positive terms, n and the division make that (1 +- g) of
///   itself, g = gamma(n + 4), +- tiny; root and the addition of eps add a factor each. So d^ lies
///   between two numbers, d_low and d_high. They are evaluated in double-double: they are so near
///   to d that in double their distance would be noise;
/// - c^/d^ - c/d = (c^ - c)/d^ + c (1/d^ - 1/d), so it is at most
///   q = dc / d_low + |c| max(1/d_low - 1/d, 1/d - 1/d_high), and the division adds u (|y| + q) and
///   tiny.
/// With eps under the root, d = sqrt(mean c^2 + eps), the root comes after the addition, and as
/// those who have it there multiply by a reciprocal, d^ has one rounding more.
///
/// rmsnorm is all this without the subtraction: c^ = c = x, so dm = 0, and 0 stands for its u.
template <element T>
void normalize(std::span<const T> x, const centre& from, const error_model<T>& model,
               eps_place place, reference<T>& out) {
  const double n = model.n;
  double_double squares;
  for (const T value : x) {
    const double_double c = deviation(to_double(value), from.mean);
    squares = squares + c * c;
  }
  const double eps = static_cast<double>(static_cast<compute_t<T>>(1e-6));
  const double_double variance = squares / double_double{n};
  const bool under = place == eps_place::under_root;
  const double_double inverse =
      double_double{1} / (under ? sqrt(variance + eps) : sqrt(variance) + eps);

  const double u = model.u;
  const double dm = from.error;
  const double g = model.gamma(n + 4);
  const double_double down = two_sum(1, -u);
  const double_double up = two_sum(1, u);
  const double_double c_down = two_sum(1, -from.rounding);
  const double_double c_up = two_sum(1, from.rounding);
  double_double smallest = variance * c_down * c_down * two_sum(1, -std::min(g, 1.0)) + -model.tiny;
  if (smallest.high < 0) smallest = {};
  const double_double largest = (variance + dm * dm) * c_up * c_up * two_sum(1, g) + model.tiny;
  out.sums_fit = x.empty() || (out.sums_fit && model.fits(n * largest.high));
  const double_double d_low =
      under ? sqrt((smallest + eps) * down) * down * down : (sqrt(smallest) * down + eps) * down;
  const double_double d_high =
      under ? sqrt((largest + eps) * up) * up * up : (sqrt(largest) * up + eps) * up;
  const double inverse_error = std::max((double_double{1} / d_low - inverse).high,
                                        (inverse - double_double{1} / d_high).high);

  for (const T value : x) {
    const double_double c = deviation(to_double(value), from.mean);
    const double_double y = c * inverse;
    const double c_size = std::abs(c.high);
    const double y_size = std::abs(y.high);
    const double dc = dm + from.rounding * (c_size + dm);
    const double quotient_error = dc / d_low.high + (c_size > 0 ? c_size * inverse_error : 0.0);
    const double error = quotient_error + u * (y_size + quotient_error) + model.tiny;
    out.result.push_back(round_to<T>(y));
    out.tolerance.push_back(g < infinity ? model.after_rounding(y_size, error) : infinity);
  }
}

/// y = e / S with e = exp t, t = x - max, S = sum e; hats again. The maximum has no error. Then
/// - t^ = t (1 + d), |d| <= u, so exp t^ = exp(t) exp(t d); with v = |t| u, the last factor is
///   within v + v^2 of 1 as long as v <= 1;
/// - a kernel's exp is within an ulp of that, which is 2u of it or `tiny`. So |e^ - e| is at most
///   de = a e + tiny, a = (1 + v + v^2)(1 + 2u) - 1. Where |t| > 760, neither is above tiny,
///   whatever v;
/// - |S^ - S| <= f S, f = (1 + g) (sum de) / S + g, g = gamma(n + 1), because no term is negative;
/// - e^/S^ - e/S = ((e^ - e) S - e (S^ - S)) / (S S^), so it is at most
///   q = (de + e f) / (S (1 - f)). The division adds u (y + q) and tiny, and as it may be a
///   multiplication by a reciprocal, another u (1 + u) (y + q).
/// A mask, x = -infinity, is 0 to everybody. S is at least 1, so a subnormal y has few digits
/// because of e: that is scaled until the last rounding.
template <element T>
void softmax(std::span<const T> x, const error_model<T>& model, reference<T>& out) {
  double highest = -infinity;
  for (const T value : x) highest = std::max(highest, to_double(value));
  const double u = model.u;
  // The bound on |e^ - e|, from that on |exp t^ - exp t| / exp t.
  const auto error_of = [&](double t, double e) {
    const double v = std::abs(t) * u;
    return e > 0 ? e * (v + v * v + 2 * u * (1 + v + v * v)) + model.tiny : model.tiny;
  };

  expansion total;
  double_double errors;
  for (const T value : x) {
    if (to_double(value) == -infinity && highest > -infinity) continue;
    const double_double t = two_sum(to_double(value), -highest);
    const double_double e = exp(t);
    total.add(e.high);
    total.add(e.low);
    errors = errors + error_of(t.high, e.high);
  }
  const double_double sum = total.to_double_double();
  const double_double inverse = double_double{1} / sum;
  const double g = model.gamma(model.n + 1);
  const double f = (1 + g) * errors.high / sum.high + g;

  for (const T value : x) {
    const double_double t = two_sum(to_double(value), -highest);
    const auto [significand, exponent] = exp_scaled(t);
    const double e = std::ldexp(significand.high, exponent);
    out.result.push_back(round_to<T>(significand * inverse, exponent));
    const double exact = e * inverse.high;
    const double quotient_error = (error_of(t.high, e) + e * f) / (sum.high * (1 - f));
    const double error = quotient_error + (2 * u + u * u) * (exact + quotient_error) + model.tiny;
    const bool masked = to_double(value) == -infinity;
    out.tolerance.push_back(masked ? 0 : f < 1 ? model.after_rounding(exact, error) : infinity);
  }
}

exact_results results_of_own(const task::own& what, std::span<const double> x,
                             const format& compute, std::size_t results) {
  const auto complain = [&](const std::string& problem) {
    throw row_error("the reference of '" + what.name + "' " + problem, true);
  };
  exact_results exact;
  try {
    exact = what.reference(x, compute);
  } catch (const std::exception& error) {
    complain(std::string("threw: ") + error.what());
  }
  if (exact.values.size() != results || exact.tolerances.size() != results)
    complain("gives " + std::to_string(exact.values.size()) + " values and " +
             std::to_string(exact.tolerances.size()) + " tolerances instead of " +
             std::to_string(results) + " for a row of " + std::to_string(x.size()) + " elements");
  for (std::size_t i = 0; i < results && exact.sums_fit; ++i) {
    if (std::isnan(exact.values[i])) complain("gives NaN as value " + std::to_string(i));
    if (!(exact.tolerances[i] >= 0))
      complain("gives a tolerance that is negative or NaN, of value " + std::to_string(i));
  }
  return exact;
}

template <element T>
void summarize(reference<T>& out) noexcept {
  double largest = 0;
  for (const T value : out.result) {
    out.finite = out.finite && std::isfinite(to_double(value));
    largest = std::max(largest, std::abs(to_double(value)));
  }
  out.ulp = ulp_at<T>(largest);
}

}  // namespace

template <element T>
reference<T> make_reference(operation op, std::span<const T> x, eps_place place) {
  expansion total;
  double_double magnitude;
  if (op != operation::rmsnorm && op != operation::softmax)
    for (const T value : x) {
      total.add(to_double(value));
      magnitude = magnitude + std::abs(to_double(value));
    }
  const double n = static_cast<double>(x.size());
  const error_model<T> model{.n = n, .magnitude = magnitude.high};

  reference<T> out;
  const auto single = [&](double_double exact, double error) {
    // The one sum that is -0: there is something to add, and all of it is -0.
    const auto is_negative = [](T value) { return std::signbit(to_double(value)); };
    if (exact.high == 0 && !x.empty() && std::ranges::all_of(x, is_negative)) exact.high = -0.0;
    out.result = {round_to<T>(exact)};
    out.tolerance = {model.after_rounding(exact.high, error)};
  };
  out.sums_fit = model.fits(model.magnitude + model.sum_error());
  const std::size_t results = output_size(op, x.size());
  out.result.reserve(results);
  out.tolerance.reserve(results);
  switch (op) {
    case operation::sum:
      single(total.to_double_double(), model.sum_error());
      break;
    case operation::mean:
      single(x.empty() ? double_double{std::numeric_limits<double>::quiet_NaN()}
                       : to_double_double(divide(total, n)),
             model.mean_error());
      break;
    case operation::layernorm:
      normalize(x, {divide(total, n), model.mean_error(), model.u}, model, place, out);
      break;
    case operation::rmsnorm:
      normalize(x, {}, model, eps_place::under_root, out);
      break;
    case operation::softmax:
      softmax(x, model, out);
      break;
  }

  summarize(out);
  return out;
}

template <element T>
reference<T> make_reference(const task& what, std::span<const T> x) {
  if (const auto* const known = what.if_known())
    return make_reference<T>(known->operation, x, known->eps);

  std::vector<double> elements(x.size());
  std::ranges::transform(x, elements.begin(), [](T value) { return to_double(value); });
  const std::size_t results = what.output_size(x.size());
  const exact_results exact =
      results_of_own(*what.if_own(), elements, format_of<compute_t<T>>, results);
  reference<T> out;
  out.sums_fit = exact.sums_fit;
  for (std::size_t i = 0; i < results; ++i) {
    const double value = exact.values[i];
    const double tolerance = exact.tolerances[i];
    out.result.push_back(from_double<T>(value));
    // Ours was rounded, and so was the kernel's, by half an ulp of the larger one at most.
    out.tolerance.push_back(tolerance + ulp_at<T>(std::abs(value) + tolerance));
  }
  summarize(out);
  return out;
}

template <element T>
double ulp_at(double value) noexcept {
  if (!std::isfinite(value)) return std::abs(value);
  constexpr format type = format_of<T>;
  const int exponent = value == 0 ? type.min_exponent : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, type.min_exponent) - type.digits + 1);
}

template reference<double> make_reference<double>(operation, std::span<const double>, eps_place);
template reference<float> make_reference<float>(operation, std::span<const float>, eps_place);
template reference<fp16> make_reference<fp16>(operation, std::span<const fp16>, eps_place);
template reference<bf16> make_reference<bf16>(operation, std::span<const bf16>, eps_place);
template reference<double> make_reference<double>(const task&, std::span<const double>);
template reference<float> make_reference<float>(const task&, std::span<const float>);
template reference<fp16> make_reference<fp16>(const task&, std::span<const fp16>);
template reference<bf16> make_reference<bf16>(const task&, std::span<const bf16>);
template double ulp_at<double>(double) noexcept;
template double ulp_at<float>(double) noexcept;
template double ulp_at<fp16>(double) noexcept;
template double ulp_at<bf16>(double) noexcept;

}  // namespace permdelta

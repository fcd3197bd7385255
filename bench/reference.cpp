#include "bench/reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

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
/// algorithms", 3.1), and k is small here: what grows with n is the error of a sum, `sum_error` in
/// units of the sum of the magnitudes, which a kernel may state. In any order it is at most
/// (n - 1) u, whatever n is (Jeannerod and Rump, "Improved error bounds for inner products in
/// floating-point arithmetic", SIAM J. Matrix Anal. Appl. 34, 2013). Compensated methods make more
/// additions, yet lose at most 2u + n u^2, which is more for n = 2 and 3. A mean that is corrected
/// with each element makes two roundings more a step, of corrections that shrink: as much as two
/// additions of all.
struct error_model {
  format compute;
  double n;
  double magnitude = 0;  // sum|x|
  double u = std::ldexp(1.0, -compute.digits);
  double tiny = std::ldexp(1.0, compute.min_exponent - compute.digits + 1);

  [[nodiscard]] double any_order(sums how) const noexcept {
    if (how == sums::updated) return (n + 1) * u;
    return n < 2 ? 0 : std::max((n - 1) * u, 2 * u + n * u * u);
  }

  // Few factors on top of a relative error.
  [[nodiscard]] double and_factors(double error, int factors) const noexcept {
    const double gamma = factors * u / (1 - factors * u);
    return error + gamma * (1 + error);
  }

  // Of a sum of magnitudes, all errors included; no of NaN.
  [[nodiscard]] bool fits(double sum) const noexcept {
    return sum <= std::ldexp(2 - 2 * u, compute.max_exponent);
  }

  // n is rounded, and there is the division, or a reciprocal and a product.
  [[nodiscard]] double mean_error(double sum_error) const noexcept {
    return magnitude > 0 ? and_factors(sum_error, 3) * (magnitude / n) + tiny : 0;
  }
};

/// Our result was rounded to the storage format, and so was a kernel's, unless its last step was
/// that: each by half an ulp at most.
struct last_rounding {
  format storage;
  double half_ulps = 2;

  // Of what was rounded to `result`, at most.
  [[nodiscard]] double size_before(double result) const noexcept {
    const double size = std::abs(result);
    return size + 0.5 * ulp_at(size, storage);
  }
  // From |computed - exact| <= error to |kernel's output - result|. (Where the larger one is beyond
  // the next power of two, by less than half an ulp, it is rounded to that.)
  [[nodiscard]] double tolerance(double result, double error) const noexcept {
    return error + 0.5 * half_ulps * ulp_at(std::abs(result) + error, storage);
  }
};

/// y = c / d with c = x - m, d = s + eps, s = sqrt(mean c^2), all of them exact; hats for what a
/// kernel has. The error m^ - m is at most dm = mean_error(sum_error). Then
/// - c^ = (x - m^)(1 + t), so |c^ - c| <= dm + u (|c| + dm) =: dc;
/// - as the c add up to zero, mean (x - m^)^2 is exactly s^2 + (m^ - m)^2, so mean c^^2 lies from
///   (1 - u)^2 s^2 to (1 + u)^2 (s^2 + dm^2);
/// - the error of a sum of positive terms is relative to it; squaring, n and the division, or a
///   reciprocal and a product, are four factors more. So that is made (1 +- g) of itself,
///   g = and_factors(sum_error, 4), +- tiny; root and the addition of eps add a factor each. So d^
///   lies between two numbers, d_low and d_high. They are evaluated in double-double: they are so
///   near to d that in double their distance would be noise;
/// - c^/d^ - c/d = (c^ - c)/d^ + c (1/d^ - 1/d), so it is at most
///   q = dc / d_low + |c| max(1/d_low - 1/d, 1/d - 1/d_high), and the division adds u (|y| + q) and
///   tiny. As |c| = |y| d, that is a line in |y|.
/// With eps under the root, d = sqrt(mean c^2 + eps), the root comes after the addition, and as
/// those who have it there multiply by a reciprocal, d^ has one rounding more.
///
/// rmsnorm is all this without the subtraction: c^ = c = x, so dm = 0, and 0 stands for its u.
struct normalization {
  error_model model;
  last_rounding last;
  bool centred;
  bool under_root;
  double_double variance = {};
  double eps = rounded(1e-6, model.compute);

  [[nodiscard]] double_double inverse() const noexcept {
    return double_double{1} / (under_root ? sqrt(variance + eps) : sqrt(variance) + eps);
  }

  // The largest mean of squares, and the smallest, that a kernel may have.
  struct limits {
    double_double low;
    double_double high;
  };
  [[nodiscard]] limits squares(double sum_error) const noexcept {
    const double g = model.and_factors(sum_error, 4);
    const double dm = mean_error(sum_error);
    const double_double c_down = two_sum(1, -subtraction());
    const double_double c_up = two_sum(1, subtraction());
    double_double low = variance * c_down * c_down * two_sum(1, -std::min(g, 1.0)) + -model.tiny;
    if (low.high < 0) low = {};
    return {low, (variance + dm * dm) * c_up * c_up * two_sum(1, g) + model.tiny};
  }

  void derive(std::span<const double> y, double sum_error,
              std::span<double> tolerance) const noexcept {
    const double u = model.u;
    const double_double down = two_sum(1, -u);
    const double_double up = two_sum(1, u);
    const auto [low, high] = squares(sum_error);
    const double_double d_low =
        under_root ? sqrt((low + eps) * down) * down * down : (sqrt(low) * down + eps) * down;
    const double_double d_high =
        under_root ? sqrt((high + eps) * up) * up * up : (sqrt(high) * up + eps) * up;
    const double_double one_over_d = inverse();
    const double inverse_error = std::max((double_double{1} / d_low - one_over_d).high,
                                          (one_over_d - double_double{1} / d_high).high);
    const double d = 1 / one_over_d.high;
    const double dm = mean_error(sum_error);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double y_size = last.size_before(y[i]);
      const double c_size = y_size * d;
      const double dc = dm + subtraction() * (c_size + dm);
      const double quotient_error = dc / d_low.high + c_size * inverse_error;
      tolerance[i] =
          last.tolerance(y[i], quotient_error + u * (y_size + quotient_error) + model.tiny);
    }
  }

 private:
  [[nodiscard]] double mean_error(double sum_error) const noexcept {
    return centred ? model.mean_error(sum_error) : 0;
  }
  [[nodiscard]] double subtraction() const noexcept { return centred ? model.u : 0; }
};

// `mean` is what is subtracted: 0 for rmsnorm.
void normalize(std::span<const double> x, const long_mean& mean, normalization by, reference& out) {
  double_double squares;
  for (const double value : x) {
    const double_double c = deviation(value, mean);
    squares = squares + c * c;
  }
  by.variance = squares / double_double{by.model.n};
  const double_double inverse = by.inverse();
  for (const double value : x)
    out.result.push_back(rounded(deviation(value, mean) * inverse, by.last.storage));
  const double largest = by.model.n * by.squares(out.any_order).high.high;
  out.sums_fit = x.empty() || (out.sums_fit && by.model.fits(largest));
  out.derive = [by](auto, auto y, double sum_error, auto to) { by.derive(y, sum_error, to); };
}

/// y = e / S with e = exp t, t = x - max, S = sum e; hats again. The maximum has no error. Then
/// - t^ = t (1 + d), |d| <= u, so exp t^ = exp(t) exp(t d); with v = |t| u, the last factor is
///   within v + v^2 of 1 as long as v <= 1;
/// - a kernel's exp is within an ulp of that, which is 2u of it or `tiny`. So |e^ - e| is at most
///   de = a e + tiny, a = (1 + v + v^2)(1 + 2u) - 1. Where |t| > 760, neither is above tiny,
///   whatever v;
/// - |S^ - S| <= f S, f = (1 + g) (sum de) / S + g, g = sum_error, because no term is negative;
/// - nor is S^ much below its largest term, which is 1: say that it is 1/2 at least, which is more
///   than (1 - f) S where f is not small. So S^ >= (1 - f') S with f' = min(f, 1 - 1 / (2 S));
/// - e^/S^ - e/S = (e^ - e)/S^ + e (1/S^ - 1/S), so it is at most
///   q = de / ((1 - f') S) + y max(f' / (1 - f'), f / (1 + f)). The division adds u (y + q) and
///   tiny, and as it may be a multiplication by a reciprocal, another u (1 + u) (y + q).
/// A mask, x = -infinity, is 0 to everybody. S is at least 1, so a subnormal y has few digits
/// because of e: that is scaled until the last rounding.
struct softmax_errors {
  error_model model;
  last_rounding last;
  double highest = -infinity;
  double sum = 1;
  double sum_of_errors = 0;

  // The bound on |e^ - e|, from that on |exp t^ - exp t| / exp t.
  [[nodiscard]] double of_exponential(double t, double e) const noexcept {
    const double u = model.u;
    const double v = std::abs(t) * u;
    return t < -760 ? model.tiny : e * (v + v * v + 2 * u * (1 + v + v * v)) + model.tiny;
  }

  void derive(std::span<const double> x, std::span<const double> y, double sum_error,
              std::span<double> tolerance) const noexcept {
    const double u = model.u;
    const double f = (1 + sum_error) * sum_of_errors / sum + sum_error;
    const double below = std::min(f, 1 - 0.5 / sum);
    const double inverse_error = std::max(below / (1 - below), f / (1 + f));
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double y_size = last.size_before(y[i]);
      const double of_e = of_exponential(x[i] - highest, y_size * sum);
      const double quotient_error = of_e / (sum * (1 - below)) + y_size * inverse_error;
      const double error =
          quotient_error + (2 * u + u * u) * (y_size + quotient_error) + model.tiny;
      tolerance[i] = x[i] == -infinity ? 0 : last.tolerance(y[i], error);
    }
  }
};

void softmax(std::span<const double> x, softmax_errors errors, reference& out) {
  double& highest = errors.highest;
  for (const double value : x) highest = std::max(highest, value);
  expansion total;
  double_double sum_of_errors;
  for (const double value : x) {
    if (value == -infinity && highest > -infinity) continue;
    const double_double t = two_sum(value, -highest);
    const double_double e = exp(t);
    total.add(e.high);
    total.add(e.low);
    sum_of_errors = sum_of_errors + errors.of_exponential(t.high, e.high);
  }
  const double_double sum = total.to_double_double();
  const double_double inverse = double_double{1} / sum;
  for (const double value : x) {
    const auto [significand, exponent] = exp_scaled(two_sum(value, -highest));
    out.result.push_back(rounded(significand * inverse, exponent, errors.last.storage));
  }
  errors.sum = sum.high;
  errors.sum_of_errors = sum_of_errors.high;
  out.derive = [errors](auto elements, auto y, double sum_error, auto to) {
    errors.derive(elements, y, sum_error, to);
  };
}

// By what an operation of the catalog is.
void refer_to(const task::known& what, std::span<const double> x, const formats& in,
              reference& out) {
  expansion total;
  double_double magnitude;
  if (what.operation != operation::rmsnorm && what.operation != operation::softmax)
    for (const double value : x) {
      total.add(value);
      magnitude = magnitude + std::abs(value);
    }
  const double n = static_cast<double>(x.size());
  const error_model model{.compute = in.compute, .n = n, .magnitude = magnitude.high};
  out.any_order = model.any_order(what.sums);
  out.sums_fit = model.fits((1 + out.any_order) * model.magnitude);
  const last_rounding last{in.storage, in.are_one() ? 1.0 : 2.0};
  out.result.reserve(output_size(what.operation, x.size()));

  // error_of(sum_error) is that of the one output.
  const auto single = [&](double_double exact, auto error_of) {
    // The one sum that is -0: there is something to add, and all of it is -0.
    const auto is_negative = [](double value) { return std::signbit(value); };
    if (exact.high == 0 && !x.empty() && std::ranges::all_of(x, is_negative)) exact.high = -0.0;
    out.result = {rounded(exact, in.storage)};
    out.derive = [=](auto, auto y, double sum_error, auto to) {
      to[0] = last.tolerance(y[0], error_of(sum_error));
    };
  };
  switch (what.operation) {
    case operation::sum:
      single(total.to_double_double(),
             [model](double sum_error) { return sum_error * model.magnitude; });
      break;
    case operation::mean:
      single(x.empty() ? double_double{std::numeric_limits<double>::quiet_NaN()}
                       : to_double_double(divide(total, n)),
             [model](double sum_error) { return model.mean_error(sum_error); });
      break;
    case operation::layernorm:
      normalize(x, divide(total, n),
                {.model = model,
                 .last = last,
                 .centred = true,
                 .under_root = what.eps == eps_place::under_root},
                out);
      break;
    case operation::rmsnorm:
      normalize(x, {}, {.model = model, .last = last, .centred = false, .under_root = true}, out);
      break;
    case operation::softmax:
      softmax(x, {.model = model, .last = last}, out);
      break;
  }
}

// By what an operation of one's own says of itself.
void refer_to(const task::own& what, std::span<const double> x, const formats& in, reference& out) {
  const auto complain = [&](const std::string& problem) {
    throw row_error("the reference of '" + what.name + "' " + problem, true);
  };
  exact_results exact;
  try {
    exact = what.reference(x, in.compute);
  } catch (const std::exception& error) {
    complain(std::string("threw: ") + error.what());
  }
  const std::size_t results = what.outputs == outputs::one ? 1 : x.size();
  if (exact.values.size() != results || exact.tolerances.size() != results)
    complain("gives " + std::to_string(exact.values.size()) + " values and " +
             std::to_string(exact.tolerances.size()) + " tolerances instead of " +
             std::to_string(results) + " for a row of " + std::to_string(x.size()) + " elements");
  for (std::size_t i = 0; i < results && exact.sums_fit; ++i) {
    if (std::isnan(exact.values[i])) complain("gives NaN as value " + std::to_string(i));
    if (!(exact.tolerances[i] >= 0))
      complain("gives a tolerance that is negative or NaN, of value " + std::to_string(i));
  }
  out.sums_fit = exact.sums_fit;
  for (const double value : exact.values) out.result.push_back(rounded(value, in.storage));
  out.derive = [errors = std::move(exact.tolerances), last = last_rounding{in.storage}](
                   auto, auto y, double, auto to) {
    for (std::size_t i = 0; i < y.size(); ++i) to[i] = last.tolerance(y[i], errors[i]);
  };
}

}  // namespace

reference make_reference(const task& what, std::span<const double> x, const formats& in) {
  reference out;
  if (const auto* const known = what.if_known())
    refer_to(*known, x, in, out);
  else
    refer_to(*what.if_own(), x, in, out);

  double largest = 0;
  for (const double value : out.result) {
    out.finite = out.finite && std::isfinite(value);
    largest = std::max(largest, std::abs(value));
  }
  out.ulp = ulp_at(largest, in.storage);
  out.hold_to(x, {});
  return out;
}

void reference::hold_to(std::span<const double> x, std::optional<double> sum_error) {
  const double bound = sum_error.value_or(any_order);
  if (!(bound >= 0 && bound < infinity))
    throw row_error("its bound on the error of a sum of " + std::to_string(x.size()) +
                        " terms is " + std::to_string(bound) + "; allowed: finite, 0 or more",
                    true);
  if (bound == held_to) return;
  tolerance.resize(result.size());
  derive(x, result, bound, tolerance);
  held_to = bound;
}

}  // namespace permdelta

#pragma once

/// Where a kernel's results must lie, given the bound of its sum, and the check that they do.
///
/// Derivation. A kernel's sum S obeys |S - exact| <= B = bound * sum|x|, that is S is a number of
/// the compute type C in [exact - B, exact + B]. Everything after the sum is a chain of correctly
/// rounded operations, and rounding to nearest is monotone: from a <= b follows fl(a) <= fl(b). So
/// an interval goes through the chain by its ends, with the chain's own roundings, and neither a
/// tolerance nor a first-order estimate is needed:
///
///   sum        y in [T(low), T(high)]                        low, high: the ends for S
///   mean       y in [T(fl(low/n)), T(fl(high/n))]
///   layernorm  m in [fl(low/n), fl(high/n)]                  as above
///              c_i in [fl(x_i - m_high), fl(x_i - m_low)]
///              q_i = fl(c_i c_i) in the squares of the ends of c_i, from 0 if they differ in sign
///              S(q) in [(1 - bound) sum q_low, (1 + bound) sum q_high]   as all q_i >= 0
///              v, d: monotone in S(q)
///              y_i = T(fl(c_i / d)): the ends of c_i, over the end of d that widens
///   rmsnorm    the same with c_i = x_i, which has one end, and eps under the root
///   softmax    the same with c_i = e_i, which is defined to the last bit (definition.hpp), and
///              d = S(e)
///
/// The intervals forget that c_i and d hang together through m, which costs at most a factor of
/// about two in width. Overflow, subnormals and the double rounding of halves are all inside the
/// chain. With `outward`, every operation also moves one place outwards: that interval holds the
/// value without intermediate roundings too, so MPFR's, which ties the chain to the definition.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/catalog.hpp"
#include "tests/kernels/definition.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

/// An input and what the oracle says about it; computed once for all kernels.
template <element T>
struct judged_input {
  using C = compute_t<T>;

  judged_input(std::vector<T> elements, std::string name)
      : x(std::move(elements)), label(std::move(name)), values(computed(std::span<const T>(x))) {
    std::vector<double> exact(values.begin(), values.end());
    sum = exact_sum(exact);
    for (double& value : exact) value = std::abs(value);
    magnitude = exact_sum(exact);
  }

  std::vector<T> x;
  std::string label;
  std::vector<C> values;
  real sum;
  real magnitude;
};

template <class C>
struct interval {
  C low;
  C high;
};

/// One rounded operation's result, or its neighbour on the outer side.
template <class C>
[[nodiscard]] interval<C> widened(C low, C high, bool outward) noexcept {
  constexpr C infinity = std::numeric_limits<C>::infinity();
  if (outward) return {std::nextafter(low, -infinity), std::nextafter(high, infinity)};
  return {low, high};
}

/// [sum - bound * magnitude, sum + bound * magnitude], rounded outwards; over n, if that is not 1.
template <class R>
[[nodiscard]] interval<R> around(const real& low_sum, const real& high_sum, const real& low_size,
                                 const real& high_size, double bound, std::size_t n) {
  real low;
  real high;
  mpfr_mul_d(low.get(), low_size.get(), bound, MPFR_RNDU);
  mpfr_mul_d(high.get(), high_size.get(), bound, MPFR_RNDU);
  mpfr_sub(low.get(), low_sum.get(), low.get(), MPFR_RNDD);
  mpfr_add(high.get(), high_sum.get(), high.get(), MPFR_RNDU);
  mpfr_div_ui(low.get(), low.get(), n, MPFR_RNDD);
  mpfr_div_ui(high.get(), high.get(), n, MPFR_RNDU);
  return {nearest<R>(low), nearest<R>(high)};
}

template <element T, class C>
[[nodiscard]] std::vector<interval<T>> enclose_quotients(const std::vector<interval<C>>& numerators,
                                                         interval<C> d, bool outward) {
  std::vector<interval<T>> y;
  for (const auto& c : numerators) {
    const auto quotient = widened<C>(c.low / (c.low < 0 ? d.low : d.high),
                                     c.high / (c.high < 0 ? d.high : d.low), outward);
    y.push_back({stored<T>(quotient.low), stored<T>(quotient.high)});
  }
  return y;
}

template <element T>
[[nodiscard]] std::vector<interval<T>> enclose_layernorm(const judged_input<T>& input, double bound,
                                                         bool outward) {
  using C = compute_t<T>;
  const std::size_t n = input.x.size();
  auto m = around<C>(input.sum, input.sum, input.magnitude, input.magnitude, bound, n);
  m = widened(m.low, m.high, outward);

  std::vector<interval<C>> centred;
  std::vector<double> low_squares;
  std::vector<double> high_squares;
  for (const C value : input.values) {
    const auto c = widened<C>(value - m.high, value - m.low, outward);
    const bool both_signs = c.low < 0 && c.high > 0;
    const C small = both_signs ? C{0} : std::min(std::abs(c.low), std::abs(c.high));
    const C large = std::max(std::abs(c.low), std::abs(c.high));
    const auto square = widened<C>(small * small, large * large, outward);
    centred.push_back(c);
    low_squares.push_back(static_cast<double>(std::max(square.low, C{0})));
    high_squares.push_back(static_cast<double>(square.high));
  }
  const real low_sum = exact_sum(low_squares);
  const real high_sum = exact_sum(high_squares);
  auto v = around<C>(low_sum, high_sum, low_sum, high_sum, bound, n);
  v = widened(v.low, v.high, outward);
  const auto root = widened(std::sqrt(std::max(v.low, C{0})), std::sqrt(v.high), outward);
  const auto d = widened<C>(root.low + C(1e-6), root.high + C(1e-6), outward);

  return enclose_quotients<T>(centred, d, outward);
}

/// [(1 - bound) sum q, (1 + bound) sum q] / n, of no negative q.
template <class C>
[[nodiscard]] interval<C> around_sum(const std::vector<C>& q, double bound, std::size_t n) {
  const real sum = exact_sum(std::vector<double>(q.begin(), q.end()));
  return around<C>(sum, sum, sum, sum, bound, n);
}

template <element T>
[[nodiscard]] std::vector<interval<T>> enclose_rmsnorm(const judged_input<T>& input, double bound) {
  using C = compute_t<T>;
  std::vector<C> squares;
  std::vector<interval<C>> numerators;
  for (const C value : input.values) {
    squares.push_back(value * value);
    numerators.push_back({value, value});
  }
  const auto v = around_sum(squares, bound, squares.size());
  const interval<C> d{std::sqrt(v.low + C(1e-6)), std::sqrt(v.high + C(1e-6))};
  return enclose_quotients<T>(numerators, d, false);
}

template <element T>
[[nodiscard]] std::vector<interval<T>> enclose_softmax(const judged_input<T>& input, double bound) {
  using C = compute_t<T>;
  const C largest = *std::ranges::max_element(input.values);
  std::vector<C> e;
  std::vector<interval<C>> numerators;
  for (const C value : input.values) {
    e.push_back(exponential(value - largest));
    numerators.push_back({e.back(), e.back()});
  }
  return enclose_quotients<T>(numerators, around_sum(e, bound, 1), false);
}

/// Where the results of an operation on this input lie. The input must not be empty.
template <element T>
[[nodiscard]] std::vector<interval<T>> enclose(operation op, const judged_input<T>& input,
                                               double bound) {
  using C = compute_t<T>;
  const real& sum = input.sum;
  const real& size = input.magnitude;
  if (op == operation::sum) return {around<T>(sum, sum, size, size, bound, 1)};
  if (op == operation::layernorm) return enclose_layernorm(input, bound, false);
  if (op == operation::rmsnorm) return enclose_rmsnorm(input, bound);
  if (op == operation::softmax) return enclose_softmax(input, bound);
  const auto mean = around<C>(sum, sum, size, size, bound, input.x.size());
  return {{stored<T>(mean.low), stored<T>(mean.high)}};
}

/// Where y leaves its enclosure, in words; empty if it does not. A NaN is never inside.
template <element T>
[[nodiscard]] std::string objection(const std::vector<interval<T>>& inside,
                                    const std::vector<T>& y) {
  if (y.size() != inside.size()) return "wrong number of results";
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double value = value_of(y[i]);
    if (value_of(inside[i].low) <= value && value <= value_of(inside[i].high)) continue;
    return "y[" + std::to_string(i) + "] = " + show(y[i]) + ", not in [" + show(inside[i].low) +
           ", " + show(inside[i].high) + "]";
  }
  return {};
}

}  // namespace permdelta::test

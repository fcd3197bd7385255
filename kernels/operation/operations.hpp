#pragma once

/// The operations, each written once: for a few rows side by side (whole_rows.hpp) and for one row
/// in parts (parts.cpp).
///
/// Rows is either, and has
///   compute, max_rows                       C, and the number of rows at most
///   count(), n()                            the number of rows, and of the elements of each
///   sum(terms, shifts, sums)                S of the terms of each row
///   write_sums()                            T( S(x) ) of each row; `exact` rounds once
///   write(values)                           T( value ), one for each row
///   maximum(maxima)                         the largest element of each row
///   sum_exponentials(maxima, sums)          S(exp(x - max)); may keep the exponentials
///   divide_elements(divisors)               T( x_i / divisor )
///   divide_deviations(means, divisors)      T( (x_i - mean) / divisor )
///   divide_exponentials(maxima, divisors)   T( exp(x_i - max) / divisor )
/// where nothing but S depends on the method, so that two methods differ in nothing but their sums.
///
/// Each step is done for all rows before the next step begins: for one row alone, the second sum
/// would wait for the full latency of the first.

#include <cmath>
#include <cstddef>

#include "kernels/names.hpp"
#include "kernels/primitives.hpp"

namespace permdelta::operations {

/// n in C, converted where it stands in the program: it may raise the inexact flag, which `exact`
/// gives back to its caller as it was.
template <class C>
[[nodiscard]] inline C count_in(std::size_t n) noexcept {
  asm volatile("" : "+r"(n));
  return static_cast<C>(n);
}

/// The same for an operation's eps.
template <class C>
[[nodiscard]] inline C eps_in(double eps) noexcept {
  asm volatile("" : "+m"(eps));
  return static_cast<C>(eps);
}

/// A number for each row.
template <class Rows>
using per_row = typename Rows::compute[Rows::max_rows];

/// y[0] = T( S(x) ).
template <class Rows>
void sum(Rows& rows) {
  rows.write_sums();
}

/// y[0] = T( S(x) / n ); NaN where there are no elements.
template <class Rows>
void mean(Rows& rows) {
  per_row<Rows> mean;
  rows.sum(terms::elements, nullptr, mean);
  const auto n = count_in<typename Rows::compute>(rows.n());
  for (std::size_t r = 0; r < rows.count(); ++r) mean[r] /= n;
  rows.write(mean);
}

/// m = S(x)/n;  c_i = x_i - m;  v = S(c_i c_i)/n;  d = sqrt(v) + eps;  y_i = T( c_i / d ): the
/// formula of the original experiment, with eps after the square root.
template <class Rows>
void layernorm(Rows& rows, double eps) {
  per_row<Rows> mean;
  per_row<Rows> divisor;
  rows.sum(terms::elements, nullptr, mean);
  const auto n = count_in<typename Rows::compute>(rows.n());
  for (std::size_t r = 0; r < rows.count(); ++r) mean[r] /= n;
  rows.sum(terms::squared_deviations, mean, divisor);
  const auto added = eps_in<typename Rows::compute>(eps);
  for (std::size_t r = 0; r < rows.count(); ++r) divisor[r] = std::sqrt(divisor[r] / n) + added;
  rows.divide_deviations(mean, divisor);
}

/// d = sqrt( S(x_i x_i)/n + eps );  y_i = T( x_i / d ).
template <class Rows>
void rmsnorm(Rows& rows, double eps) {
  per_row<Rows> divisor;
  rows.sum(terms::squared_deviations, nullptr, divisor);
  const auto n = count_in<typename Rows::compute>(rows.n());
  const auto added = eps_in<typename Rows::compute>(eps);
  for (std::size_t r = 0; r < rows.count(); ++r) divisor[r] = std::sqrt(divisor[r] / n + added);
  rows.divide_elements(divisor);
}

/// e_i = exp(x_i - max x);  y_i = T( e_i / S(e) ), with the exponential of exponential.hpp. Where
/// one of the x is -infinity its y is 0; where all are, or one is +infinity or NaN, all y are NaN.
template <class Rows>
void softmax(Rows& rows) {
  per_row<Rows> maximum;
  per_row<Rows> divisor;
  rows.maximum(maximum);
  rows.sum_exponentials(maximum, divisor);
  rows.divide_exponentials(maximum, divisor);
}

/// Runs the operation `Which`. If rows have no elements, only sum and mean have an output; the
/// others do nothing.
template <operation Which, class Rows>
void run(Rows& rows, double eps) {
  if constexpr (Which == operation::sum)
    sum(rows);
  else if constexpr (Which == operation::mean)
    mean(rows);
  else if (rows.n() == 0)
    return;
  else if constexpr (Which == operation::layernorm)
    layernorm(rows, eps);
  else if constexpr (Which == operation::rmsnorm)
    rmsnorm(rows, eps);
  else
    softmax(rows);
}

/// What use<which>() returns.
template <class Use>
auto with(operation which, const Use& use) {
  switch (which) {
    case operation::sum:
      return use.template operator()<operation::sum>();
    case operation::mean:
      return use.template operator()<operation::mean>();
    case operation::layernorm:
      return use.template operator()<operation::layernorm>();
    case operation::rmsnorm:
      return use.template operator()<operation::rmsnorm>();
    case operation::softmax:
      return use.template operator()<operation::softmax>();
  }
  __builtin_unreachable();
}

}  // namespace permdelta::operations

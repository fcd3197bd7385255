#pragma once

/// The untimed experiment behind the counters: one kernel, one input, many orders.

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "bench/order.hpp"
#include "bench/reference.hpp"
#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// What is measured: reads x, writes y (one element, or as many as x has).
template <element T>
class reduction {
 public:
  template <std::invocable<std::span<const T>, std::span<T>> Run>
  reduction(Run run) : run_(std::move(run)) {}  // NOLINT(google-explicit-constructor): is one

  void operator()(std::span<const T> x, std::span<T> y) const { run_(x, y); }

  /// The share of its blocks that left its first tier on x; empty if it has no tiers.
  std::function<double(std::span<const T> x)> fallback_rate;

 private:
  std::function<void(std::span<const T> x, std::span<T> y)> run_;
};

struct study_result {
  double max_perm_delta = 0;         ///< unit of the result
  double perm_delta_ulp = 0;         ///< the same in ulp of T at the largest |output|
  std::size_t distinct_results = 0;  ///< distinct bit patterns over all orders, identity included
  double max_error_ulp = 0;  ///< worst distance to the correctly rounded result over all orders
  std::size_t orders = 0;    ///< orders run besides the identity
};

/// Runs `run` on the identity, the ascending and the descending order of x and then on random ones,
/// `orders.size()` of them besides the identity in all. The README's
/// section on counters has the definitions.
/// Expects a finite reference; every output of `run` must be finite too, which `validate` has
/// established for x itself.
template <element T>
[[nodiscard]] study_result run_study(const reduction<T>& run, std::span<const T> x, operation,
                                     const reference<T>&, random_orders& orders);

/// Empty if `run` computes the operation on x within the reference's tolerance; else one line that
/// says which output is off, what was expected and what came.
template <element T>
[[nodiscard]] std::string validate(const reduction<T>& run, std::span<const T> x,
                                   const reference<T>&);

}  // namespace permdelta

#pragma once

/// What the tests of `exact` share: its kernels, what they must give, and the flag switched off.

#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include "kernels/catalog.hpp"
#include "kernels/exact/flag.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

template <element T>
struct exact_kernel {
  const kernel* which;
  kernel_function<T> function;
};

/// The kernels of `exact` on elements of type T that this machine runs: all instruction sets of one
/// operation.
template <element T>
[[nodiscard]] const std::vector<exact_kernel<T>>& exact_kernels(operation op) {
  static const auto found = [] {
    std::vector<std::vector<exact_kernel<T>>> by_operation(names_of<operation>.size());
    for (const kernel& k : catalog())
      if (k.method == method::exact && k.type() == element_type_of<T> && runnable(k.isa))
        by_operation[static_cast<std::size_t>(k.operation)].push_back(
            {&k, std::get<kernel_function<T>>(k.run)});
    return by_operation;
  }();
  return found[static_cast<std::size_t>(op)];
}

/// How many instruction sets that is: the least that a test has compared for each input.
[[nodiscard]] inline std::size_t exact_isas() {
  return exact_kernels<double>(operation::sum).size();
}

/// The sum of some elements, exactly.
template <element T>
[[nodiscard]] real sum_by_mpfr(std::span<const T> x) {
  static std::vector<double> values;
  values.clear();
  for (const T value : x) values.push_back(value_of(value));
  return exact_sum(values);
}

/// The correctly rounded sum of some elements, and their mean: the sum rounded to the compute type,
/// divided there, and stored.
template <element T>
struct exact_results {
  T sum;
  T mean;

  explicit exact_results(std::span<const T> x) : exact_results(sum_by_mpfr(x), x.size()) {}
  exact_results(const real& exactly, std::size_t n)
      : sum(nearest<T>(exactly)),
        mean(stored<T>(nearest<compute_t<T>>(exactly) / static_cast<compute_t<T>>(n))) {}

  [[nodiscard]] T of(operation op) const {
    if (op == operation::layernorm) throw std::logic_error("layernorm has more than one result");
    return op == operation::sum ? sum : mean;
  }
};

/// The inexact flag counts as broken while one of these exists.
class distrust {
 public:
  distrust() noexcept { distrust_inexact_flag(true); }
  distrust(const distrust&) = delete;
  distrust& operator=(const distrust&) = delete;
  ~distrust() { distrust_inexact_flag(false); }
};

}  // namespace permdelta::test

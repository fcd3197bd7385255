#pragma once

/// What the tests of permdelta.hpp share: its functions, called by name, and the kernels that they
/// should be.

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <variant>
#include <vector>

#include "kernels/catalog.hpp"
#include "kernels/permdelta.hpp"
#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/support.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

inline constexpr std::array methods{method::sequential, method::pairwise, method::kahan,
                                    method::lane_split, method::exact};
static_assert(methods.size() == names_of<method>.size());

/// Calls visit<T>() for all types.
template <class Visit>
void for_each_type(const Visit& visit) {
  visit.template operator()<double>();
  visit.template operator()<float>();
  visit.template operator()<fp16>();
  visit.template operator()<bf16>();
}

/// The function of an operation. What it wrote, as `run` of a kernel has it.
template <element T>
[[nodiscard]] std::vector<T> call(operation op, std::span<const T> x, method m,
                                  double eps = default_eps) {
  std::vector<T> y(output_size(op, x.size()));
  switch (op) {
    case operation::sum:
      return {permdelta::sum(x, m)};
    case operation::mean:
      return {permdelta::mean(x, m)};
    case operation::layernorm:
      permdelta::layernorm(x, std::span<T>(y), eps, m);
      return y;
    case operation::rmsnorm:
      permdelta::rmsnorm(x, std::span<T>(y), eps, m);
      return y;
    case operation::softmax:
      permdelta::softmax(x, std::span<T>(y), m);
      return y;
  }
  throw std::logic_error("an operation without a function");
}

template <element T>
[[nodiscard]] const kernel& best_kernel(operation op, method m) {
  const kernel* const k = find_kernel(op, m, element_type_of<T>, best_isa());
  if (k == nullptr) throw std::logic_error("not in the catalog");
  return *k;
}

template <element T>
[[nodiscard]] std::vector<T> run_best(operation op, std::span<const T> x, method m,
                                      double eps = default_eps) {
  const auto function = std::get<kernel_function<T>>(best_kernel<T>(op, m).run);
  std::vector<T> y(output_size(op, x.size()));
  function.reduce(x.data(), 1, x.size(), y.data(), eps);
  return y;
}

/// NaNs too: it is the same code.
template <element T>
[[nodiscard]] bool same_bits(std::span<const T> a, std::span<const T> b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](T x, T y) { return bits_of(x) == bits_of(y); });
}

/// NaN, infinities and an overflow.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> special_inputs() {
  const T infinity = from_bits<T>(infinity_bits<T>);
  const T nan = from_bits<T>(infinity_bits<T> | (infinity_bits<T> >> 1));
  const T most = from_bits<T>(infinity_bits<T> - 1);
  return {{},
          {infinity, T{}},
          {infinity, opposite(infinity)},
          {T{}, nan, most},
          {most, most, most},
          {most, most, opposite(most)}};
}

/// Numbers of all sizes and their negatives, shuffled, so that even floats lose what is left of
/// halves, each method its own part.
template <element T>
[[nodiscard]] std::vector<T> delicate_input(std::size_t n, std::uint64_t seed) {
  splitmix64 random(seed);
  std::vector<T> x;
  while (x.size() < n) {
    const T value = from_bits<T>(random.below(infinity_bits<T> / 16 * 15));
    x.push_back(value);
    if (x.size() < n && random.below(n) > 2) x.push_back(opposite(value));
  }
  shuffle<T>(x, random);
  return x;
}

}  // namespace permdelta::test

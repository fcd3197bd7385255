#pragma once

/// What the tests of `exact_accumulator` share: the ways to add, and what is wrong about a sum.

#include <cstring>
#include <span>
#include <string>

#include "kernels/exact/accumulator.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

template <element T>
using accumulator_of = exact_accumulator<compute_t<T>>;

/// Both ways to add.
template <element T>
[[nodiscard]] accumulator_of<T> in_one(std::span<const T> x) noexcept {
  accumulator_of<T> sum;
  sum.add(x);
  return sum;
}
template <element T>
[[nodiscard]] accumulator_of<T> one_by_one(std::span<const T> x) noexcept {
  accumulator_of<T> sum;
  for (const T value : x) sum.add(value);
  return sum;
}

/// The type's name is the first of what is wrong about a sum; empty where nothing is.
template <class C>
[[nodiscard]] std::string objection(const exact_accumulator<C>& sum, const real& expected) {
  const auto compare = [&]<element T>(const char* type, T rounded) -> std::string {
    const T right = nearest<T>(expected);
    if (same(rounded, right)) return {};
    return std::string(type) + " " + show(rounded) + ", not " + show(right);
  };
  for (const std::string& wrong :
       {compare("fp64", sum.template round<double>()), compare("fp32", sum.template round<float>()),
        compare("fp16", sum.template round<fp16>()), compare("bf16", sum.template round<bf16>())})
    if (!wrong.empty()) return wrong;
  return {};
}

template <class C>
[[nodiscard]] bool same_bytes(const exact_accumulator<C>& a,
                              const exact_accumulator<C>& b) noexcept {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace permdelta::test

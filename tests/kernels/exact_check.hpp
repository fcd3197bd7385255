#pragma once

/// An input, and what `exact` makes of it on all instruction sets.

#include <span>

#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {

/// Compares the sums and means of x on all instruction sets with mpfr_sum, and gives its sum.
template <element T, class Describe>
T check_exact(std::span<const T> x, tally& agreed, const Describe& describe) {
  const exact_results<T> expected(x);
  for (const operation op : {operation::sum, operation::mean})
    for (const auto& [which, function] : exact_kernels<T>(op)) {
      T y{};
      function(x.data(), x.size(), &y);
      const kernel& k = *which;
      agreed.check(same(y, expected.of(op)), [&] {
        return label(k) + " of " + describe() + ": " + show(y) + ", not " + show(expected.of(op));
      });
    }
  return expected.sum;
}

/// The same where the sum is known: mpfr_sum, too, has to agree.
template <element T, class Describe>
void check_exact(std::span<const T> x, T sum, tally& agreed, const Describe& describe) {
  const T expected = check_exact(x, agreed, describe);
  agreed.check(same(sum, expected), [&] {
    return "by mpfr_sum " + describe() + " is " + show(expected) + ", not " + show(sum);
  });
}

/// How many comparisons one input makes, apart from that of a known sum.
[[nodiscard]] inline std::size_t comparisons() {
  return 2 * exact_isas();
}

}  // namespace permdelta::test

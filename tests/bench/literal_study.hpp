#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include "kernels/catalog.hpp"
#include "tests/bench/typed.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {

/// The seed experiment's definition, word for word: one output: the largest result less the
/// smallest; n outputs: sort both vectors, subtract, take the largest. All orders are kept.
template <element T>
[[nodiscard]] study_result literal_study(const reduction<T>& run, std::span<const T> x,
                                         operation op, const typed_reference<T>& correct,
                                         random_orders& random) {
  std::vector<position> identity(x.size());
  std::iota(identity.begin(), identity.end(), position{0});
  std::vector<std::vector<position>> orders{identity, identity};
  std::ranges::stable_sort(orders[1], {}, [&](position i) { return value_of(x[i]); });
  orders.emplace_back(orders[1].rbegin(), orders[1].rend());
  for (std::size_t k = 0; k + 2 < random.size(); ++k)
    orders.emplace_back(random[k].begin(), random[k].end());
  orders.resize(random.size() + 1);

  study_result result;
  result.orders = random.size();
  std::vector<double> first_sorted, singles;
  std::set<std::vector<std::uint64_t>> patterns;
  for (const auto& order : orders) {
    std::vector<T> permuted;
    for (const position i : order) permuted.push_back(x[i]);
    std::vector<T> y(output_size(op, x.size()));
    run(permuted, y);
    std::vector<std::uint64_t> pattern(y.size());
    std::vector<double> sorted;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t place = y.size() == order.size() ? order[i] : 0;
      pattern[place] = bits_of(y[i]);
      sorted.push_back(value_of(y[i]));
      const double error = std::abs(value_of(y[i]) - value_of(correct.result[place]));
      result.max_error_ulp = std::max(result.max_error_ulp, error / correct.ulp);
    }
    patterns.insert(pattern);
    std::ranges::sort(sorted);
    if (first_sorted.empty()) first_sorted = sorted;
    for (std::size_t i = 0; i < sorted.size(); ++i)
      result.max_perm_delta =
          std::max(result.max_perm_delta, std::abs(sorted[i] - first_sorted[i]));
    singles.push_back(sorted[0]);
  }
  if (output_size(op, 2) == 1)
    result.max_perm_delta = std::ranges::max(singles) - std::ranges::min(singles);
  result.perm_delta_ulp = result.max_perm_delta / correct.ulp;
  result.distinct_results = patterns.size();
  return result;
}

/// The largest difference between any output of any two of `outcomes`, in ulp.
template <element T>
[[nodiscard]] double literal_spread(const std::vector<std::vector<T>>& outcomes, double ulp) {
  double most = 0;
  for (const auto& one : outcomes)
    for (const auto& other : outcomes)
      for (std::size_t i = 0; i < one.size(); ++i)
        most = std::max(most, value_of(one[i]) - value_of(other[i]));
  return most == 0 ? 0 : most / ulp;
}

/// A row in 1 ... 16, 32 and 64 parts, and by every instruction set that the subject has.
template <element T>
[[nodiscard]] study_result literal_axes(const reduction<T>& run, std::span<const T> x, operation op,
                                        const typed_reference<T>& correct) {
  study_result result;
  std::vector<T> y(output_size(op, x.size()));
  std::vector<std::vector<T>> in_parts;
  std::vector<std::vector<T>> by_isa;
  for (std::size_t parts = 1; parts <= 64; parts += parts < 16 ? 1 : parts) {
    if (!run.in_parts) continue;
    run.in_parts(x, parts, y);
    in_parts.push_back(y);
  }
  for (const reduction<T>& other : run.by_isa) {
    other(x, y);
    by_isa.push_back(y);
  }
  if (!in_parts.empty()) result.split_delta_ulp = literal_spread(in_parts, correct.ulp);
  if (!by_isa.empty()) result.isa_delta_ulp = literal_spread(by_isa, correct.ulp);
  return result;
}

}  // namespace permdelta::test

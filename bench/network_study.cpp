#include "bench/network_study.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "bench/aligned.hpp"
#include "bench/observer.hpp"
#include "bench/spread.hpp"

namespace permdelta {
namespace {

constexpr auto in_place = [](std::size_t i) { return i; };

}  // namespace

template <element T>
network_pass pass_of(const reduction<T>& layernorm, const network_weights<compute_t<T>>& weights,
                     network_shape of, std::span<const T> x) {
  return [&layernorm, &weights, of, x, memory = network_memory<T>(of),
          seen = std::vector<double>(of.features()), permuted = aligned_vector<T>(of.features()),
          results = aligned_vector<T>(of.features())](
             const presentation& by, const after_layer& after) mutable -> std::span<const double> {
    using kind = presentation::kind;
    const std::size_t n = of.width;
    std::vector<std::vector<position>> sorted(of.rows);
    const auto order_of = [&](std::size_t r, std::span<const T> row) {
      if (by.how == kind::in_order) return by.order;
      sorted[r] = ascending_order(widened<T>(row));
      if (by.how == kind::descending) std::ranges::reverse(sorted[r]);
      return std::span<const position>(sorted[r]);
    };
    const auto reordered = [&](std::span<const T> from, std::span<T> to) {
      std::vector<std::span<const position>> used;
      for (std::size_t r = 0; r < of.rows; ++r) {
        used.push_back(order_of(r, from.subspan(r * n, n)));
        for (std::size_t i = 0; i < n; ++i) permuted[r * n + i] = from[r * n + used[r][i]];
      }
      layernorm(permuted, of.rows, results);
      for (std::size_t r = 0; r < of.rows; ++r)
        for (std::size_t i = 0; i < n; ++i) to[r * n + used[r][i]] = results[r * n + i];
    };
    const row_normalization<T> normalize = [&](std::span<const T> from, std::span<T> to) {
      switch (by.how) {
        case kind::as_it_is:
          return layernorm(from, of.rows, to);
        case kind::by_isa:
          return layernorm.by_isa[by.number](from, of.rows, to);
        case kind::in_parts:
          for (std::size_t at = 0; at < from.size(); at += n)
            layernorm.in_parts(from.subspan(at, n), by.number, to.subspan(at, n));
          return;
        default:
          return reordered(from, to);
      }
    };
    forward<T>(weights, of, x, normalize, memory, [&](std::size_t l, std::span<const T> features) {
      if (!after && l + 1 < of.layers) return;
      widen<T>(features, seen);
      if (after) after(l, seen);
    });
    return seen;
  };
}

network_study_result study_network(const network_pass& pass, const judged& layernorm,
                                   std::size_t layers, std::span<const double> correct,
                                   random_orders& orders) {
  using kind = presentation::kind;
  std::vector<std::vector<double>> identity(layers);
  pass({}, [&](std::size_t l, std::span<const double> features) {
    identity[l].assign(features.begin(), features.end());
  });

  network_study_result result;
  result.layer_deltas.assign(layers, 0.0);
  const auto compare = [&](std::size_t l, std::span<const double> features) {
    double& delta = result.layer_deltas[l];
    for (std::size_t i = 0; i < features.size(); ++i)
      delta = std::max(delta, std::abs(features[i] - identity[l][i]));
  };
  observer seen(identity.back(), correct);
  seen.see(identity.back(), in_place);
  for (std::size_t k = 0; k < orders.size(); ++k) {
    const presentation by = k == 0   ? presentation{kind::ascending}
                            : k == 1 ? presentation{kind::descending}
                                     : presentation{kind::in_order, orders[k - 2]};
    seen.see(pass(by, compare), in_place);
  }

  double largest = 0;
  for (const double value : correct) largest = std::max(largest, std::abs(value));
  const double ulp = ulp_at(largest, layernorm.formats().storage);
  result.last.max_perm_delta = seen.moved();
  result.last.perm_delta_ulp = in_ulps(seen.moved(), ulp);
  result.last.distinct_results = seen.distinct();
  result.last.max_error_ulp = in_ulps(seen.error(), ulp);
  result.last.orders = orders.size();

  if (layernorm.has_parts()) {
    spread results;
    for (const std::size_t parts : split_counts)
      results.see(pass({.how = kind::in_parts, .number = parts}, {}), "in parts");
    result.last.split_delta_ulp = in_ulps(results.largest(), ulp);
  }
  if (layernorm.isas() > 0) {
    spread results;
    for (std::size_t which = 0; which < layernorm.isas(); ++which)
      results.see(pass({.how = kind::by_isa, .number = which}, {}), "by another instruction set");
    result.last.isa_delta_ulp = in_ulps(results.largest(), ulp);
  }
  return result;
}

template network_pass pass_of(const reduction<double>&, const network_weights<double>&,
                              network_shape, std::span<const double>);
template network_pass pass_of(const reduction<float>&, const network_weights<float>&, network_shape,
                              std::span<const float>);
template network_pass pass_of(const reduction<fp16>&, const network_weights<float>&, network_shape,
                              std::span<const fp16>);
template network_pass pass_of(const reduction<bf16>&, const network_weights<float>&, network_shape,
                              std::span<const bf16>);

}  // namespace permdelta

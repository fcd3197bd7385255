#include "bench/network_study.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "bench/observer.hpp"
#include "bench/spread.hpp"

namespace permdelta {
namespace {

// The reduction on features in another order, its results where they belong.
template <element T>
class reordered {
 public:
  reordered(const reduction<T>& run, network_shape of)
      : run_(run),
        of_(of),
        x_(of.features()),
        y_(of.features()),
        sorted_(of.rows),
        used_(of.rows) {}

  /// order_of(row, room) is the order for a row of features, which may be put into `room`.
  template <class OrderOf>
  void operator()(std::span<const T> x, std::span<T> y, OrderOf order_of) {
    const std::size_t n = of_.width;
    for (std::size_t r = 0; r < of_.rows; ++r) {
      used_[r] = order_of(x.subspan(r * n, n), sorted_[r]);
      for (std::size_t i = 0; i < n; ++i) x_[r * n + i] = x[r * n + used_[r][i]];
    }
    run_(x_, of_.rows, y_);
    for (std::size_t r = 0; r < of_.rows; ++r)
      for (std::size_t i = 0; i < n; ++i) y[r * n + used_[r][i]] = y_[r * n + i];
  }

 private:
  const reduction<T>& run_;
  network_shape of_;
  aligned_vector<T> x_;
  aligned_vector<T> y_;
  std::vector<std::vector<position>> sorted_;
  std::vector<std::span<const position>> used_;
};

constexpr auto in_place = [](std::size_t i) { return i; };

}  // namespace

template <element T>
network_study_result study_network(const reduction<T>& layernorm,
                                   const network_weights<compute_t<T>>& weights, network_shape of,
                                   std::span<const T> x, std::span<const T> correct,
                                   random_orders& orders) {
  network_memory<T> memory(of);
  std::vector<std::vector<T>> identity(of.layers);
  const auto remember = [&](std::size_t l, std::span<const T> features) {
    identity[l].assign(features.begin(), features.end());
  };
  const row_normalization<T> as_it_is = [&](std::span<const T> from, std::span<T> to) {
    layernorm(from, of.rows, to);
  };
  forward<T>(weights, of, x, as_it_is, memory, remember);

  network_study_result result;
  result.layer_deltas.assign(of.layers, 0.0);
  const auto compare = [&](std::size_t l, std::span<const T> features) {
    double& delta = result.layer_deltas[l];
    for (std::size_t i = 0; i < features.size(); ++i)
      delta = std::max(delta, std::abs(to_double(features[i]) - to_double(identity[l][i])));
  };
  observer<T> seen(identity.back(), correct);
  seen.see(identity.back(), in_place);
  reordered<T> permuted(layernorm, of);
  for (std::size_t k = 0; k < orders.size(); ++k) {
    std::span<const position> random;
    if (k >= 2) random = orders[k - 2];
    const auto order_of = [&](std::span<const T> row, std::vector<position>& sorted) {
      if (k >= 2) return random;
      sorted = ascending_order(row);
      if (k == 1) std::ranges::reverse(sorted);
      return std::span<const position>(sorted);
    };
    const row_normalization<T> normalize = [&](std::span<const T> from, std::span<T> to) {
      permuted(from, to, order_of);
    };
    forward<T>(weights, of, x, normalize, memory, compare);
    seen.see(memory.features, in_place);
  }

  double largest = 0;
  for (const T value : correct) largest = std::max(largest, std::abs(to_double(value)));
  const double ulp = ulp_at<T>(largest);
  result.last.max_perm_delta = seen.moved();
  result.last.perm_delta_ulp = in_ulps(seen.moved(), ulp);
  result.last.distinct_results = seen.distinct();
  result.last.max_error_ulp = in_ulps(seen.error(), ulp);
  result.last.orders = orders.size();

  if (layernorm.in_parts) {
    spread results;
    for (const std::size_t parts : split_counts) {
      const row_normalization<T> normalize = [&](std::span<const T> from, std::span<T> to) {
        for (std::size_t r = 0; r < of.rows; ++r)
          layernorm.in_parts(from.subspan(r * of.width, of.width), parts,
                             to.subspan(r * of.width, of.width));
      };
      forward<T>(weights, of, x, normalize, memory);
      results.see<T>(memory.features, "in parts");
    }
    result.last.split_delta_ulp = in_ulps(results.largest(), ulp);
  }
  if (!layernorm.by_isa.empty()) {
    spread results;
    for (const reduction<T>& other : layernorm.by_isa) {
      const row_normalization<T> normalize = [&](std::span<const T> from, std::span<T> to) {
        other(from, of.rows, to);
      };
      forward<T>(weights, of, x, normalize, memory);
      results.see<T>(memory.features, "by another instruction set");
    }
    result.last.isa_delta_ulp = in_ulps(results.largest(), ulp);
  }
  return result;
}

template network_study_result study_network<double>(const reduction<double>&,
                                                    const network_weights<compute_t<double>>&,
                                                    network_shape, std::span<const double>,
                                                    std::span<const double>, random_orders&);
template network_study_result study_network<float>(const reduction<float>&,
                                                   const network_weights<compute_t<float>>&,
                                                   network_shape, std::span<const float>,
                                                   std::span<const float>, random_orders&);
template network_study_result study_network<fp16>(const reduction<fp16>&,
                                                  const network_weights<compute_t<fp16>>&,
                                                  network_shape, std::span<const fp16>,
                                                  std::span<const fp16>, random_orders&);
template network_study_result study_network<bf16>(const reduction<bf16>&,
                                                  const network_weights<compute_t<bf16>>&,
                                                  network_shape, std::span<const bf16>,
                                                  std::span<const bf16>, random_orders&);

}  // namespace permdelta

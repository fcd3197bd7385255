#include "bench/network_study.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "bench/aligned.hpp"
#include "bench/observer.hpp"
#include "bench/spread.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

template <element T>
class network_of final : public judged_network {
 public:
  network_of(const reduction<T>& layernorm, const network_weights<compute_t<T>>& weights,
             network_shape of, std::span<const T> x)
      : judged_network(formats_of(element_type_of<T>), of),
        layernorm_(layernorm),
        weights_(weights),
        of_(of),
        x_(x),
        memory_(of),
        features_(of.features()),
        permuted_(of.features()),
        results_(of.features()) {}

  std::span<const double> run(const after_layer& after) override {
    return pass([&](auto from, auto to) { layernorm_(from, of_.rows, to); }, after);
  }
  std::span<const double> run_ascending(const after_layer& after) override {
    return reordered([](auto row) { return ascending_order(widened<T>(row)); }, after);
  }
  std::span<const double> run_descending(const after_layer& after) override {
    const auto descending = [](auto row) {
      auto order = ascending_order(widened<T>(row));
      std::ranges::reverse(order);
      return order;
    };
    return reordered(descending, after);
  }
  std::span<const double> run_in(std::span<const position> order,
                                 const after_layer& after) override {
    return reordered([order](auto) { return order; }, after);
  }

  bool has_parts() const noexcept override { return static_cast<bool>(layernorm_.in_parts); }
  std::span<const double> run_in_parts(std::size_t parts) override {
    const auto normalize = [&](std::span<const T> from, std::span<T> to) {
      for (std::size_t r = 0; r < of_.rows; ++r)
        layernorm_.in_parts(from.subspan(r * of_.width, of_.width), parts,
                            to.subspan(r * of_.width, of_.width));
    };
    return pass(normalize, {});
  }
  std::size_t isas() const noexcept override { return layernorm_.by_isa.size(); }
  std::span<const double> run_by_isa(std::size_t which) override {
    return pass([&](auto from, auto to) { layernorm_.by_isa[which](from, of_.rows, to); }, {});
  }

 private:
  std::span<const double> pass(const row_normalization<T>& normalize, const after_layer& after) {
    std::function<void(std::size_t, std::span<const T>)> look;
    if (after)
      look = [&](std::size_t l, std::span<const T> features) {
        widen<T>(features, features_);
        after(l, features_);
      };
    forward<T>(weights_, of_, x_, normalize, memory_, look);
    widen<T>(memory_.features, features_);
    return features_;
  }

  // order_of(row) is the order of a row of features.
  template <class OrderOf>
  std::span<const double> reordered(OrderOf order_of, const after_layer& after) {
    const std::size_t n = of_.width;
    std::vector<decltype(order_of(x_))> used(of_.rows);
    const auto normalize = [&](std::span<const T> x, std::span<T> y) {
      for (std::size_t r = 0; r < of_.rows; ++r) {
        used[r] = order_of(x.subspan(r * n, n));
        for (std::size_t i = 0; i < n; ++i) permuted_[r * n + i] = x[r * n + used[r][i]];
      }
      layernorm_(permuted_, of_.rows, results_);
      for (std::size_t r = 0; r < of_.rows; ++r)
        for (std::size_t i = 0; i < n; ++i) y[r * n + used[r][i]] = results_[r * n + i];
    };
    return pass(normalize, after);
  }

  const reduction<T>& layernorm_;
  const network_weights<compute_t<T>>& weights_;
  network_shape of_;
  std::span<const T> x_;
  network_memory<T> memory_;
  std::vector<double> features_;
  aligned_vector<T> permuted_;
  aligned_vector<T> results_;
};

constexpr auto in_place = [](std::size_t i) { return i; };

}  // namespace

template <element T>
std::unique_ptr<judged_network> as_judged(const reduction<T>& layernorm,
                                          const network_weights<compute_t<T>>& weights,
                                          network_shape of, std::span<const T> x) {
  return std::make_unique<network_of<T>>(layernorm, weights, of, x);
}

network_study_result study_network(judged_network& network, std::span<const double> correct,
                                   random_orders& orders) {
  const std::size_t layers = network.shape().layers;
  std::vector<std::vector<double>> identity(layers);
  network.run([&](std::size_t l, std::span<const double> features) {
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
  for (std::size_t k = 0; k < orders.size(); ++k)
    seen.see(k == 0   ? network.run_ascending(compare)
             : k == 1 ? network.run_descending(compare)
                      : network.run_in(orders[k - 2], compare),
             in_place);

  double largest = 0;
  for (const double value : correct) largest = std::max(largest, std::abs(value));
  const double ulp = ulp_at(largest, network.formats().storage);
  result.last.max_perm_delta = seen.moved();
  result.last.perm_delta_ulp = in_ulps(seen.moved(), ulp);
  result.last.distinct_results = seen.distinct();
  result.last.max_error_ulp = in_ulps(seen.error(), ulp);
  result.last.orders = orders.size();

  if (network.has_parts()) {
    spread results;
    for (const std::size_t parts : split_counts)
      results.see(network.run_in_parts(parts), "in parts");
    result.last.split_delta_ulp = in_ulps(results.largest(), ulp);
  }
  if (network.isas() > 0) {
    spread results;
    for (std::size_t which = 0; which < network.isas(); ++which)
      results.see(network.run_by_isa(which), "by another instruction set");
    result.last.isa_delta_ulp = in_ulps(results.largest(), ulp);
  }
  return result;
}

template std::unique_ptr<judged_network> as_judged(const reduction<double>&,
                                                   const network_weights<double>&, network_shape,
                                                   std::span<const double>);
template std::unique_ptr<judged_network> as_judged(const reduction<float>&,
                                                   const network_weights<float>&, network_shape,
                                                   std::span<const float>);
template std::unique_ptr<judged_network> as_judged(const reduction<fp16>&,
                                                   const network_weights<float>&, network_shape,
                                                   std::span<const fp16>);
template std::unique_ptr<judged_network> as_judged(const reduction<bf16>&,
                                                   const network_weights<float>&, network_shape,
                                                   std::span<const bf16>);

}  // namespace permdelta

#pragma once

/// The study of a network: how far its layers drift apart when only the order changes in which its
/// reductions see their features.

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "bench/network.hpp"
#include "bench/order.hpp"
#include "bench/reduction.hpp"
#include "bench/study.hpp"

namespace permdelta {

/// A network around one layernorm, as its study sees it: its features are doubles, whatever their
/// element type is.
class judged_network {
 public:
  virtual ~judged_network() = default;
  judged_network(const judged_network&) = delete;
  judged_network& operator=(const judged_network&) = delete;

  [[nodiscard]] const permdelta::formats& formats() const noexcept { return formats_; }
  [[nodiscard]] network_shape shape() const noexcept { return shape_; }

  /// The functions below run it and return the features that it ends with, which are valid until
  /// the next run; after(l, features) is called after layer l = 0, 1, ...
  using after_layer = std::function<void(std::size_t l, std::span<const double> features)>;

  virtual std::span<const double> run(const after_layer& after) = 0;
  /// Each row of features is presented to the layernorm in an order, and its results are brought
  /// back: in ascending order, in that one backwards, or in one that is the same for all.
  virtual std::span<const double> run_ascending(const after_layer& after) = 0;
  virtual std::span<const double> run_descending(const after_layer& after) = 0;
  virtual std::span<const double> run_in(std::span<const position> order,
                                         const after_layer& after) = 0;

  /// The other ways of the layernorm (reduction.hpp), as far as it has them.
  [[nodiscard]] virtual bool has_parts() const noexcept = 0;
  virtual std::span<const double> run_in_parts(std::size_t parts) = 0;
  [[nodiscard]] virtual std::size_t isas() const noexcept = 0;
  virtual std::span<const double> run_by_isa(std::size_t which) = 0;

 protected:
  judged_network(const permdelta::formats& formats, network_shape shape) noexcept
      : formats_(formats), shape_(shape) {}

 private:
  permdelta::formats formats_;
  network_shape shape_;
};

/// On the rows x. What it is made of has to outlive it.
template <element T>
[[nodiscard]] std::unique_ptr<judged_network> as_judged(const reduction<T>& layernorm,
                                                        const network_weights<compute_t<T>>&,
                                                        network_shape, std::span<const T> x);

struct network_study_result {
  study_result last;                 ///< of the last layer's features
  std::vector<double> layer_deltas;  ///< of each layer: the largest change of a
                                     ///< feature against the identity
};

/// Runs the network with the features of each row presented to each reduction in ascending, in
/// descending and in random orders, `orders.size()` of them; then with each row in parts, and by
/// every instruction set. Everything else is the same. `correct` has the last layer's features as
/// they should be.
[[nodiscard]] network_study_result study_network(judged_network&, std::span<const double> correct,
                                                 random_orders& orders);

}  // namespace permdelta

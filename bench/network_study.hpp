#pragma once

/// The study of a network: how far its layers drift apart when only the order changes in which its
/// reductions see their features.

#include <span>
#include <vector>

#include "bench/network.hpp"
#include "bench/order.hpp"
#include "bench/study.hpp"

namespace permdelta {

struct network_study_result {
  study_result last;                 ///< of the last layer's features
  std::vector<double> layer_deltas;  ///< of each layer: the largest change of a
                                     ///< feature against the identity
};

/// Runs the network around `layernorm` with the features of each row presented to each reduction in
/// ascending, in descending and in random orders, `orders.size()` of them, and its results brought
/// back; then with each row in parts, and by every instruction set. Everything else is the same.
/// `correct` has the last layer's features as they should be.
template <element T>
[[nodiscard]] network_study_result study_network(const reduction<T>& layernorm,
                                                 const network_weights<compute_t<T>>&,
                                                 network_shape, std::span<const T> x,
                                                 std::span<const T> correct, random_orders& orders);

}  // namespace permdelta

#pragma once

/// The study of a network: how far its layers drift apart when only the order changes in which its
/// reductions see their features.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bench/judged.hpp"
#include "bench/network.hpp"
#include "bench/order.hpp"
#include "bench/study.hpp"

namespace permdelta {

/// How each row of features is presented to the layernorm in one pass of a network. Where that is
/// another order, its results are brought back.
struct presentation {
  enum class kind : std::uint8_t { as_it_is, ascending, descending, in_order, in_parts, by_isa };
  kind how = kind::as_it_is;
  std::span<const position> order = {};  ///< in_order: for all rows
  std::size_t number = 0;                ///< in_parts: of parts; by_isa: of the instruction set
};

/// What a pass is told after each layer l = 0, 1, ...
using after_layer = std::function<void(std::size_t l, std::span<const double> features)>;

/// One pass, which calls `after` if there is one: the features that it ends with, which are valid
/// until the next.
using network_pass =
    std::function<std::span<const double>(const presentation&, const after_layer&)>;

/// Of the network around a layernorm on the rows x, which have to outlive it, as the weights do.
template <element T>
[[nodiscard]] network_pass pass_of(const reduction<T>& layernorm,
                                   const network_weights<compute_t<T>>&, network_shape,
                                   std::span<const T> x);

struct network_study_result {
  study_result last;                 ///< of the last layer's features
  std::vector<double> layer_deltas;  ///< of each layer: the largest change of a
                                     ///< feature against the identity
};

/// Runs the network with its rows in ascending, in descending and in random orders, `orders.size()`
/// of them; then in parts, and by every instruction set, as far as the layernorm has them.
/// Everything else is the same. `correct` has the last layer's features as they should be.
[[nodiscard]] network_study_result study_network(const network_pass&, const judged& layernorm,
                                                 std::size_t layers,
                                                 std::span<const double> correct,
                                                 random_orders& orders);

}  // namespace permdelta

#pragma once

/// What the rows of a run share: inputs, references and orders, each made once and when it is first
/// asked for. What is small stays; what is large goes when a row asks for something else in its
/// place.

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "bench/aligned.hpp"
#include "bench/network.hpp"
#include "bench/order.hpp"
#include "bench/origin.hpp"
#include "bench/reference.hpp"

namespace permdelta {

/// How much a row of the benchmark reduces at a time.
struct shape {
  std::size_t n;         ///< elements a row
  std::size_t rows = 1;  ///< one after the other, as the last axis of a tensor

  [[nodiscard]] std::size_t elements() const noexcept { return rows * n; }
  friend auto operator<=>(const shape&, const shape&) = default;
};

class workspace {
 public:
  using error_of_sums = std::function<double(std::size_t n)>;

  workspace(std::uint64_t seed, std::size_t orders, std::size_t network_orders,
            std::chrono::seconds study_limit) noexcept
      : seed_(seed), orders_(orders), network_orders_(network_orders), study_limit_(study_limit) {}

  /// How long a kernel may take for its study.
  [[nodiscard]] std::chrono::seconds study_limit() const noexcept { return study_limit_; }

  /// All rows, one after the other. A file has its own shape; its elements are rounded to T. Valid
  /// until another input is asked for.
  template <element T>
  [[nodiscard]] std::span<const T> input(const origin&, shape);

  /// One for each of the rows x, which are those of that input from `first` on, held to a
  /// reduction's `sum_error`; valid until others are asked for, or the same with another.
  [[nodiscard]] std::span<const reference> references(const task&, element_type, const origin&,
                                                      shape, std::size_t first,
                                                      std::span<const double> x,
                                                      const error_of_sums& sum_error);

  /// Those of a row. Valid until others are asked for.
  [[nodiscard]] random_orders& orders(shape);

  /// Those of the network experiment. Valid until those of another shape are asked for.
  template <class C>
  [[nodiscard]] const network_weights<C>& weights(network_shape);
  /// Of the rows x, which are those of that input.
  [[nodiscard]] std::span<const double> network_references(eps_place, element_type, const origin&,
                                                           network_shape,
                                                           std::span<const double> x);
  [[nodiscard]] random_orders& network_orders(network_shape);

 private:
  template <element T>
  using inputs = std::map<std::pair<origin, shape>, aligned_vector<T>>;
  struct some_rows {
    permdelta::task task;
    element_type type;
    permdelta::origin origin;
    permdelta::shape shape;
    std::size_t first;
    std::size_t count;
    friend auto operator<=>(const some_rows&, const some_rows&) = default;
  };

  std::uint64_t seed_;
  std::size_t orders_;
  std::size_t network_orders_;
  std::chrono::seconds study_limit_;
  per_element_type<std::tuple, inputs> inputs_;
  std::map<some_rows, std::vector<reference>> references_;
  std::map<std::tuple<eps_place, element_type, origin, network_shape>, std::vector<double>>
      network_references_;
  std::map<shape, random_orders> random_orders_;
  std::map<network_shape, random_orders> network_random_orders_;
  std::tuple<std::map<network_shape, network_weights<double>>,
             std::map<network_shape, network_weights<float>>>
      weights_;
};

}  // namespace permdelta

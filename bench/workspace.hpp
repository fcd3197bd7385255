#pragma once

/// What the rows of a run share: inputs, references and orders, each made once and when it is first
/// asked for. What is small stays; what is large goes when a row asks for something else in its
/// place.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>

#include "bench/aligned.hpp"
#include "bench/input.hpp"
#include "bench/order.hpp"
#include "bench/reference.hpp"

namespace permdelta {

class workspace {
 public:
  workspace(std::uint64_t seed, std::size_t orders) noexcept : seed_(seed), orders_(orders) {}

  /// Valid until another input is asked for.
  template <element T>
  [[nodiscard]] std::span<const T> input(distribution, std::size_t n);

  /// Of that input; valid until another reference is asked for.
  template <element T>
  [[nodiscard]] const permdelta::reference<T>& reference(operation, distribution, std::size_t n);

  /// Valid until the orders of another size are asked for.
  [[nodiscard]] random_orders& orders(std::size_t n);

 private:
  template <element T>
  struct store {
    std::map<std::pair<distribution, std::size_t>, aligned_vector<T>> inputs;
    std::map<std::tuple<operation, distribution, std::size_t>, permdelta::reference<T>> references;
  };

  std::uint64_t seed_;
  std::size_t orders_;
  std::tuple<store<double>, store<float>, store<fp16>> stores_;
  std::map<std::size_t, random_orders> random_orders_;
};

}  // namespace permdelta

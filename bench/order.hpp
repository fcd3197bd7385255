#pragma once

/// The orders of a study: which permutations of an input its kernel is run on.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace permdelta {

/// A position in an input; a study handles at most 2^32 elements.
using position = std::uint32_t;

/// How many orders besides the identity are run on `elements`: `requested`, but no more than 2^27
/// elements in all, and never fewer than min(requested, 8).
[[nodiscard]] std::size_t orders_at(std::size_t elements, std::size_t requested) noexcept;

/// The ascending order of x, equal values in the order they have.
[[nodiscard]] std::vector<position> ascending_order(std::span<const double> x);

/// The random permutations of one size, shared by every kernel of that size. Permutation k depends
/// on (n, seed, k) alone, so they are made one after the other and kept only where they are small.
class random_orders {
 public:
  random_orders(std::size_t n, std::size_t count, std::uint64_t seed);

  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// Permutation k: element i of the permuted input is element `[i]` of the original. Valid until
  /// the next call.
  [[nodiscard]] std::span<const position> operator[](std::size_t k);

 private:
  std::size_t n_;
  std::size_t count_;
  std::uint64_t seed_;
  std::vector<position> kept_;     // all of them, one after the other, if they fit
  std::vector<position> current_;  // else the one asked for last
};

}  // namespace permdelta

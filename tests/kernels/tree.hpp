#pragma once

/// Summation trees, spelled out from the README's methods: who meets whom. Nothing here adds.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/names.hpp"

namespace permdelta::test {

/// A binary tree over the elements 0 .. n-1. Nodes below n are the elements; every other node is an
/// addition of two. `none` is an accumulator that holds nothing yet; joining it costs no rounding.
class tree {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  explicit tree(std::size_t n) : nodes_(n) {}

  /// The addition of two nodes.
  std::size_t join(std::size_t a, std::size_t b) {
    if (a == none) return b;
    if (b == none) return a;
    const std::size_t sum = nodes_.size();
    nodes_[a].parent = sum;
    nodes_[b].parent = sum;
    nodes_.push_back({none, nodes_[a].leaves + nodes_[b].leaves,
                      1 + std::max(nodes_[a].height, nodes_[b].height), a, b});
    return sum;
  }

  [[nodiscard]] std::size_t leaves(std::size_t at) const { return nodes_[at].leaves; }
  [[nodiscard]] std::size_t root() const { return nodes_.size() - 1; }

  /// The longest path from an element to the result, in additions.
  [[nodiscard]] std::size_t height() const { return nodes_.empty() ? 0 : nodes_.back().height; }

  /// The addition in which elements i and j meet. A parent always has a higher number.
  [[nodiscard]] std::size_t meeting(std::size_t i, std::size_t j) const {
    while (i != j) (i < j ? i : j) = nodes_[i < j ? i : j].parent;
    return i;
  }

  /// An element at the end of a longest path, and one element of each subtree that is added to it.
  struct longest_path {
    std::size_t start;
    std::vector<std::size_t> added;
  };
  [[nodiscard]] longest_path deepest() const {
    longest_path path{root(), {}};
    while (nodes_[path.start].height > 0) {
      const node& sum = nodes_[path.start];
      const bool left = nodes_[sum.left].height >= nodes_[sum.right].height;
      std::size_t other = left ? sum.right : sum.left;
      while (nodes_[other].height > 0) other = nodes_[other].left;
      path.added.push_back(other);
      path.start = left ? sum.left : sum.right;
    }
    return path;
  }

 private:
  struct node {
    std::size_t parent = none;
    std::size_t leaves = 1;
    std::size_t height = 0;
    std::size_t left = none;
    std::size_t right = none;
  };
  std::vector<node> nodes_;
};

namespace detail {

inline std::size_t grow_sequential(tree& t, std::size_t first, std::size_t n) {
  std::size_t sum = first;
  for (std::size_t i = 1; i < n; ++i) sum = t.join(sum, first + i);
  return sum;
}

/// NumPy's: straight below 8; eight accumulators up to 128; above, two halves, the first a multiple
/// of 8 long.
inline std::size_t grow_pairwise(tree& t, std::size_t first, std::size_t n) {
  if (n < 8) return grow_sequential(t, first, n);
  if (n <= 128) {
    std::size_t r[8];
    for (std::size_t j = 0; j < 8; ++j) r[j] = first + j;
    std::size_t i = 8;
    for (; i + 8 <= n; i += 8)
      for (std::size_t j = 0; j < 8; ++j) r[j] = t.join(r[j], first + i + j);
    std::size_t sum = t.join(t.join(t.join(r[0], r[1]), t.join(r[2], r[3])),
                             t.join(t.join(r[4], r[5]), t.join(r[6], r[7])));
    for (; i < n; ++i) sum = t.join(sum, first + i);
    return sum;
  }
  const std::size_t half = n / 2 - (n / 2) % 8;
  const std::size_t left = grow_pairwise(t, first, half);
  const std::size_t right = grow_pairwise(t, first + half, n - half);
  return t.join(left, right);
}

inline std::size_t grow_lane_split(tree& t, std::size_t n, std::size_t lanes) {
  std::vector<std::size_t> lane(lanes, tree::none);
  for (std::size_t i = 0; i < n; ++i) lane[i % lanes] = t.join(lane[i % lanes], i);
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t j = 0; j < half; ++j) lane[j] = t.join(lane[j], lane[j + half]);
  return lane[0];
}

}  // namespace detail

/// Whether a method is a tree of additions.
[[nodiscard]] inline bool has_tree(method m) {
  return m != method::kahan && m != method::exact;
}

/// The tree of a method with a fixed order; none for `kahan`, whose corrections are no tree.
[[nodiscard]] inline std::optional<tree> tree_of(method m, std::size_t n, int lanes) {
  tree t(n);
  if (n == 0) return t;
  switch (m) {
    case method::sequential:
      detail::grow_sequential(t, 0, n);
      return t;
    case method::pairwise:
      detail::grow_pairwise(t, 0, n);
      return t;
    case method::lane_split:
      detail::grow_lane_split(t, n, static_cast<std::size_t>(lanes));
      return t;
    case method::kahan:  // more than additions, in an order of its own
    case method::exact:  // no order
      return std::nullopt;
    default:
      throw std::logic_error("method " + std::to_string(static_cast<int>(m)) +
                             " is not in tests/kernels/tree.hpp");
  }
}

}  // namespace permdelta::test

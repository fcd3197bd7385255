/// The summation trees of the kernels, read off in the manner of FPRev (Xie et al. 2024): with +M
/// at i, -M at j and ones elsewhere, M so large that it absorbs ones, exactly those ones survive
/// that are added after i and j have met. Over all pairs the counts spell out the tree.

#include <array>

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"
#include "tests/kernels/tree.hpp"

namespace permdelta::test {
namespace {

/// M and the unit for a type: M absorbs 4096 units in the compute type, and a count of units is an
/// element: of 8 digits in a bfloat. 2^15 is the largest power of two that a half has, 2^-24 its
/// smallest number.
template <element T>
struct mask {
  static constexpr double large = std::same_as<T, double> ? 0x1p100 : 0x1p60;
  static constexpr double unit = 1.0;
  static constexpr std::size_t max_n = 1 << 20;
};
template <>
struct mask<fp16> {
  static constexpr double large = 0x1p15;
  static constexpr double unit = 0x1p-24;
  static constexpr std::size_t max_n = 2048;
};
template <>
struct mask<bf16> : mask<float> {
  static constexpr std::size_t max_n = 256;
};

/// How many elements are added after i and j have met, according to a summation.
template <element T, class Function>
[[nodiscard]] double added_later(const Function& function, std::vector<T>& ones, std::size_t i,
                                 std::size_t j) {
  const T one = ones[i];
  ones[i] = from_double<T>(mask<T>::large);
  ones[j] = from_double<T>(-mask<T>::large);
  T y{};
  function(ones.data(), ones.size(), &y);
  ones[i] = ones[j] = one;
  return value_of(y) / mask<T>::unit;
}

/// All pairs of a small n, 400 of a large one; of these half are near neighbours, which meet deep
/// down in a tree.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> pairs(std::size_t n) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  if (n <= 64) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (i != j) all.emplace_back(i, j);
    return all;
  }
  splitmix64 random(n);
  while (all.size() < 400) {
    const std::size_t i = random.below(n);
    const std::size_t j = all.size() % 2 == 0 ? random.below(n) : i + 1 + random.below(20);
    if (i != j && j < n) all.emplace_back(i, j);
  }
  return all;
}

[[nodiscard]] std::vector<std::size_t> tree_sizes() {
  std::vector<std::size_t> all{100, 127, 128, 129,  136,  200,  255, 256,
                               257, 300, 512, 1000, 1024, 2048, 4096};
  for (std::size_t n = 2; n <= 64; ++n) all.push_back(n);
  return all;
}

/// How many pairs of positions contradict the tree of method m over `lanes` lanes.
template <element T, class Function>
[[nodiscard]] std::size_t contradictions(const Function& function, method m, int lanes,
                                         std::size_t n) {
  const tree spelled_out = *tree_of(m, n, lanes);
  std::vector<T> ones(n, from_double<T>(mask<T>::unit));
  std::size_t count = 0;
  for (const auto& [i, j] : pairs(n)) {
    const std::size_t later = n - spelled_out.leaves(spelled_out.meeting(i, j));
    if (added_later(function, ones, i, j) != static_cast<double>(later)) ++count;
  }
  return count;
}

template <element T>
void check_trees() {
  tally agreed;
  std::size_t kernels = 0;
  for_each_kernel_of<T>([&](const kernel& k, auto function) {
    if (k.operation != operation::sum || !has_tree(k.method)) return;
    ++kernels;
    for (const std::size_t n : tree_sizes()) {
      if (n > mask<T>::max_n) continue;
      const std::size_t count = contradictions<T>(function, k.method, k.lanes, n);
      agreed.check(count == 0, [&] {
        return label(k) + " n = " + std::to_string(n) +
               " (pairs seeded with n): " + std::to_string(count) + " of " +
               std::to_string(pairs(n).size()) + " pairs contradict the tree";
      });
    }
  });
  EXPECT_GE(kernels, 3U);
  EXPECT_GE(agreed.compared(), kernels * (std::same_as<T, bf16> ? 30 : 77));
}

TEST(tree, is_the_definition_fp64) {
  check_trees<double>();
}
TEST(tree, is_the_definition_fp32) {
  check_trees<float>();
}
TEST(tree, is_the_definition_fp16) {
  check_trees<fp16>();
}
TEST(tree, is_the_definition_bf16) {
  check_trees<bf16>();
}

TEST(tree, nodes_and_heights) {
  EXPECT_EQ(tree_of(method::sequential, 100, 1)->height(), 99U);
  EXPECT_EQ(tree_of(method::pairwise, 7, 8)->height(), 6U);
  EXPECT_EQ(tree_of(method::pairwise, 8, 8)->height(), 3U);
  EXPECT_EQ(tree_of(method::pairwise, 127, 8)->height(), 14U + 3U + 7U);
  EXPECT_EQ(tree_of(method::pairwise, 128, 8)->height(), 18U);
  EXPECT_EQ(tree_of(method::pairwise, 256, 8)->height(), 19U);
  EXPECT_EQ(tree_of(method::lane_split, 64, 16)->height(), 3U + 4U);
  EXPECT_EQ(tree_of(method::lane_split, 2, 16)->height(), 1U);
  EXPECT_FALSE(tree_of(method::kahan, 8, 8).has_value());
}

/// Each kernel is also held against the trees that are not its own, and must contradict them.
TEST(tree, another_tree_is_contradicted) {
  tally contradicted;
  for_each_kernel_of<float>([&](const kernel& k, auto function) {
    if (k.operation != operation::sum || !has_tree(k.method)) return;
    for (const method other : {method::sequential, method::pairwise, method::lane_split})
      for (const int lanes : {8, 16, 32, 64}) {
        const bool own = other == k.method && (k.method != method::lane_split || lanes == k.lanes);
        if (own) continue;
        contradicted.check(contradictions<float>(function, other, lanes, 1000) > 0, [&] {
          return label(k) + " could be " + std::string(name(other)) + " over " +
                 std::to_string(lanes) + " lanes";
        });
      }
  });
  EXPECT_GE(contradicted.compared(), 3U * 8U);
}

}  // namespace
}  // namespace permdelta::test

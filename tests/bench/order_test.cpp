#include "bench/order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace permdelta::test {
namespace {

std::vector<position> copy(std::span<const position> order) {
  return {order.begin(), order.end()};
}

bool is_permutation_of_positions(std::vector<position> order) {
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i)
    if (order[i] != i) return false;
  return true;
}

TEST(orders_at, is_what_was_asked_for_up_to_2_to_27_elements) {
  EXPECT_EQ(orders_at(0, 128), 128U);
  EXPECT_EQ(orders_at(8192, 128), 128U);
  EXPECT_EQ(orders_at(std::size_t{1} << 20, 128), 128U);
  EXPECT_EQ(orders_at(std::size_t{1} << 21, 128), 64U);
  EXPECT_EQ(orders_at(std::size_t{1} << 25, 128), 8U);
  EXPECT_EQ(orders_at(std::size_t{1} << 32, 128), 8U);
  EXPECT_EQ(orders_at(std::size_t{1} << 32, 3), 3U);
  EXPECT_EQ(orders_at(4, 0), 0U);
}

TEST(random_orders, are_permutations) {
  for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 2, 3, 100, 8192}) {
    random_orders orders(n, 5, 42);
    ASSERT_EQ(orders.size(), 5U);
    for (std::size_t k = 0; k < orders.size(); ++k) {
      ASSERT_EQ(orders[k].size(), n);
      EXPECT_TRUE(is_permutation_of_positions(copy(orders[k]))) << "n " << n << ", k " << k;
    }
  }
  EXPECT_FALSE(is_permutation_of_positions({0, 2, 2}));
}

TEST(random_orders, depend_on_size_seed_and_index_alone) {
  constexpr std::size_t n = 64;
  random_orders orders(n, 8, 42);
  random_orders same(n, 3, 42);
  random_orders other(n, 3, 43);
  EXPECT_EQ(copy(orders[2]), copy(same[2]));
  EXPECT_EQ(copy(orders[2]), copy(orders[2]));
  EXPECT_NE(copy(orders[2]), copy(orders[1]));
  EXPECT_NE(copy(orders[2]), copy(other[2]));
}

TEST(random_orders, are_the_same_whether_kept_or_streamed) {
  constexpr std::size_t n = (std::size_t{1} << 20) + 1;
  random_orders kept(n, 2, 42);
  random_orders streamed(n, 5, 42);
  for (const std::size_t k : std::initializer_list<std::size_t>{1, 0, 1})
    EXPECT_EQ(copy(kept[k]), copy(streamed[k])) << k;
}

TEST(random_orders, are_uniform) {
  constexpr std::size_t count = 12000;
  random_orders orders(3, count, 42);
  std::map<std::vector<position>, int> seen;
  for (std::size_t k = 0; k < count; ++k) ++seen[copy(orders[k])];
  EXPECT_EQ(seen.size(), 6U);
  for (const auto& [order, times] : seen) EXPECT_NEAR(times, 2000, 200) << "seed 42";
}

TEST(random_orders, have_the_same_bits_everywhere) {
  random_orders orders(10, 2, 42);
  EXPECT_EQ(copy(orders[0]), (std::vector<position>{6, 1, 9, 2, 4, 0, 8, 5, 7, 3}));
  EXPECT_EQ(copy(orders[1]), (std::vector<position>{0, 2, 1, 8, 6, 4, 5, 9, 7, 3}));
}

}  // namespace
}  // namespace permdelta::test

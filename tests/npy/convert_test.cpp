#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "npy/npy.hpp"

namespace permdelta::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Values>
npy_array array_of(const Values& values) {
  return {.shape = {values.size()}, .values = values};
}

TEST(npy_convert, losses_are_counted_by_kind) {
  // In fp16, 65519.99 is rounded to the largest number, 65520 is not a number any more.
  const auto doubles = array_of(std::vector<double>{1, 0.1, 65519.99, 65520, -1e39, 1e300, 1e-310});
  EXPECT_EQ(conversion_loss(doubles, element_type::fp64), "");
  EXPECT_EQ(conversion_loss(doubles, element_type::fp32),
            "of 7 elements, 2 overflow fp32 and 3 are rounded");
  EXPECT_EQ(conversion_loss(doubles, element_type::fp16),
            "of 7 elements, 3 overflow fp16 and 3 are rounded");
  EXPECT_EQ(conversion_loss(doubles, element_type::bf16),
            "of 7 elements, 2 overflow bf16 and 4 are rounded");

  const npy_array rows{.shape = {2, 2}, .values = std::vector<float>{1, 0x1p-24F, 257, 0x1p-25F}};
  EXPECT_EQ(conversion_loss(rows, element_type::fp32), "");
  EXPECT_EQ(conversion_loss(rows, element_type::fp16),
            "of 4 elements, 0 overflow fp16 and 1 are rounded");
  EXPECT_EQ(conversion_loss(rows, element_type::bf16),
            "of 4 elements, 0 overflow bf16 and 1 are rounded");
}

TEST(npy_convert, nothing_is_lost_of_what_a_type_has) {
  const auto special = array_of(std::vector<double>{0, -0.0, infinity, -infinity, 0.5, -128});
  for (const auto type :
       {element_type::fp64, element_type::fp32, element_type::fp16, element_type::bf16})
    EXPECT_EQ(conversion_loss(special, type), "");
  std::vector<fp16> numbers;
  for (unsigned bits = 0; bits < 1U << 16; ++bits)
    if ((bits & 0x7C00) != 0x7C00) numbers.push_back({static_cast<std::uint16_t>(bits)});
  const auto halves = array_of(numbers);
  for (const auto type : {element_type::fp64, element_type::fp32, element_type::fp16})
    EXPECT_EQ(conversion_loss(halves, type), "");
  EXPECT_NE(conversion_loss(halves, element_type::bf16), "");
}

template <class T>
class npy_convert_to : public ::testing::Test {};
using element_types = ::testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(npy_convert_to, element_types);

TYPED_TEST(npy_convert_to, rounds_each_element_once) {
  using T = TypeParam;
  const auto check = [](const auto& values) {
    std::vector<T> got(values.size());
    convert<T>(array_of(values), got);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(to_double(got[i]), to_double(from_double<T>(to_double(values[i])))) << i;
      EXPECT_EQ(std::signbit(to_double(got[i])), std::signbit(to_double(values[i]))) << i;
    }
  };
  // The last one is above halfway between two halves, and on it once it is a float.
  check(std::vector<double>{1, -0.0, 0.1, -1e300, -infinity, 1 + 0x1p-11 + 0x1p-40});
  check(std::vector<float>{1, -0.0F, 0.1F, -1e30F});
  check(std::vector<fp16>{{0x3C00}, {0x8000}, {0x0001}, {0xFC00}});
}

}  // namespace
}  // namespace permdelta::testing

/// Doubles that stand for elements: rounded to a format they are what the elements would be, and
/// nothing of an element is lost on the way there and back.

#include "bench/formats.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "bench/random.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
class formats_as : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(formats_as, element_types);

/// To the last bit, -0 included.
template <element T>
void compare(double value, tally& agreed) {
  const double as_element = to_double(from_double<T>(value));
  const double got = rounded(value, formats_of(element_type_of<T>).storage);
  agreed.check(bits_of(got) == bits_of(as_element),
               [&] { return show(value) + " is " + show(got) + ", not " + show(as_element); });
}

TYPED_TEST(formats_as, rounding_is_the_conversions) {
  using T = TypeParam;
  tally agreed;
  for (const double value : {0.0, 1e-320, 5e-324, 1e308, infinity, largest<T>()})
    for (const double near : {value, std::nextafter(value, 0), std::nextafter(value, infinity)})
      for (const double either : {near, -near}) compare<T>(either, agreed);
  random_bits random{1};
  for (std::size_t i = 0; i < 100'000; ++i) {
    const auto any = std::bit_cast<double>(random());
    if (!std::isnan(any)) compare<T>(any, agreed);
    // Near elements and the midpoints between them, from subnormal ones to beyond the largest.
    const T element = from_double<T>(std::ldexp(
        random.uniform() - 0.5, static_cast<int>(random.below(2 * format_of<T>.max_exponent + 20)) -
                                    format_of<T>.max_exponent - 15));
    const double at = to_double(element);
    const double half = 0.5 * ulp_at(at, format_of<T>);
    for (const double value : {at, at + half, at - half})
      for (const double near :
           {value, std::nextafter(value, -infinity), std::nextafter(value, infinity)})
        compare<T>(near, agreed);
  }
  EXPECT_GE(agreed.compared(), 990'000U);
}

TEST(formats, narrow_brings_every_half_back) {
  const auto check = []<element T>(T) {
    tally same_bits;
    for (unsigned bits = 0; bits < 65536; ++bits) {
      const std::vector<T> x{T{static_cast<std::uint16_t>(bits)}};
      if (std::isnan(to_double(x[0]))) continue;
      std::vector<T> back(1);
      narrow<T>(widened<T>(x), back);
      same_bits.check(back[0] == x[0], [&] { return show(x[0]) + " is " + show(back[0]); });
    }
    EXPECT_GT(same_bits.compared(), 63'000U);
  };
  check(fp16{});
  check(bf16{});
}

TEST(formats, are_those_of_the_types) {
  EXPECT_TRUE(formats_of(element_type::fp64).are_one());
  EXPECT_TRUE(formats_of(element_type::fp32).are_one());
  EXPECT_EQ(formats_of(element_type::fp64).storage.digits, 53);
  EXPECT_EQ(formats_of(element_type::fp32).storage.digits, 24);
  for (const auto& [type, digits] : {std::pair{element_type::fp16, 11}, {element_type::bf16, 8}}) {
    EXPECT_FALSE(formats_of(type).are_one());
    EXPECT_EQ(formats_of(type).storage.digits, digits);
    EXPECT_EQ(formats_of(type).compute.digits, 24);
  }
}

}  // namespace
}  // namespace permdelta::test

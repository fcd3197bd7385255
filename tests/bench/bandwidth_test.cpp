/// What the memory gives: measured once a size class, reads and copies apart, and said in one line.
/// How much it is, is the machine's business.

#include "bench/bandwidth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <regex>
#include <string>

namespace permdelta::test {
namespace {

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t gibibyte = std::size_t{1} << 30;

/// Its name in `measured()`, of the only class measured so far.
[[nodiscard]] std::string class_of(outputs of, std::size_t bytes) {
  bandwidth limits;
  EXPECT_GT(limits.of(of, bytes), 0);
  const std::string text = limits.measured();
  return text.substr(0, text.find(':'));
}

TEST(bandwidth, is_a_positive_number) {
  bandwidth limits;
  std::size_t measured = 0;
  for (const outputs of : {outputs::one, outputs::each})
    for (const std::size_t bytes : {4 * kibibyte, 32 * kibibyte, 1024 * kibibyte}) {
      const double rate = limits.of(of, bytes);
      EXPECT_TRUE(std::isfinite(rate) && rate > 0) << bytes << ": " << rate;
      ++measured;
    }
  EXPECT_EQ(measured, 6U);
}

TEST(bandwidth, is_measured_once_a_class) {
  bandwidth limits;
  const double read = limits.of(outputs::one, 16 * kibibyte);
  const double copy = limits.of(outputs::each, 16 * kibibyte);
  const std::string text = limits.measured();
  // Two measurements to the same bit are a rare thing; so many are none.
  for (int time = 0; time < 5; ++time) {
    EXPECT_EQ(limits.of(outputs::one, 16 * kibibyte), read);
    EXPECT_EQ(limits.of(outputs::one, 16 * kibibyte + 100), read);
    EXPECT_EQ(limits.of(outputs::each, 16 * kibibyte - 100), copy);
  }
  EXPECT_EQ(limits.measured(), text);
}

/// By ratio, so that the border lies at the square root of two, or about there.
TEST(bandwidth, classes_are_the_nearest_powers_of_two) {
  for (const std::size_t size : {4 * kibibyte, 8 * kibibyte, 64 * kibibyte, 512 * kibibyte}) {
    const std::string own = "read/" + std::to_string(size / kibibyte) + "KiB";
    EXPECT_EQ(class_of(outputs::one, size), own);
    EXPECT_EQ(class_of(outputs::one, size + 1), own);
    EXPECT_EQ(class_of(outputs::one, size - 1), own);
    EXPECT_EQ(class_of(outputs::one, size + size * 39 / 100), own);
    EXPECT_EQ(class_of(outputs::one, size + size * 44 / 100),
              size == 512 * kibibyte ? "read/1MiB"
                                     : "read/" + std::to_string(2 * size / kibibyte) + "KiB");
  }
}

TEST(bandwidth, classes_have_ends) {
  for (const std::size_t bytes : {0U, 1U, 6U, 1000U, 4095U})
    EXPECT_EQ(class_of(outputs::one, bytes), "read/4KiB");
  EXPECT_EQ(class_of(outputs::each, 6), "copy/4KiB");
  // Not measured: it would take a gibibyte of memory.
  EXPECT_EQ(bandwidth::size_class(gibibyte / 4 * 5), gibibyte);
  EXPECT_EQ(bandwidth::size_class(5 * gibibyte), gibibyte);
  EXPECT_EQ(bandwidth::size_class(std::numeric_limits<std::size_t>::max()), gibibyte);
}

/// Reads first, sizes ascending, with one digit, whatever the order of measuring.
TEST(bandwidth, says_what_was_measured) {
  bandwidth limits;
  EXPECT_EQ(limits.measured(), "");
  const double copy = limits.of(outputs::each, 8 * kibibyte);
  const double large = limits.of(outputs::one, 2048 * kibibyte);
  const double small = limits.of(outputs::one, 8 * kibibyte);
  std::array<char, 160> expected{};
  std::snprintf(expected.data(), expected.size(),
                "read/8KiB: %.1f, read/2MiB: %.1f, copy/8KiB: %.1f", small * 1e-9, large * 1e-9,
                copy * 1e-9);
  EXPECT_EQ(limits.measured(), expected.data());
}

}  // namespace
}  // namespace permdelta::test

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "npy/npy.hpp"
#include "tests/npy/bytes.hpp"

namespace permdelta::testing {
namespace {

template <class T>
std::string file_of(const std::string& descr, const std::vector<T>& indices,
                    const std::string& tuple = "") {
  return with_header(
      header(descr, tuple.empty() ? "(" + std::to_string(indices.size()) + ",)" : tuple),
      bytes_of(indices));
}

std::string objection_to_order(const std::string& bytes) {
  const file made(bytes);
  return objection_to(made.path(), [](const auto& path) { return read_npy_order(path); });
}

template <class T>
void expect_read(const std::string& descr) {
  const file made(file_of<T>(descr, {2, 0, 3, 1}));
  EXPECT_EQ(read_npy_order(made.path()), (std::vector<std::uint32_t>{2, 0, 3, 1})) << descr;
}

TEST(npy_order, every_type) {
  expect_read<std::int32_t>("'<i4'");
  expect_read<std::int64_t>("'<i8'");
  expect_read<std::uint32_t>("'<u4'");
  expect_read<std::uint64_t>("'<u8'");
}

TEST(npy_order, other_types_and_shapes) {
  using integers = std::vector<std::int64_t>;
  EXPECT_EQ(objection_to_order(file_of("'<f8'", integers{0, 1})),
            "its elements are '<f8' (floating point); allowed: '<i4', '<i8', '<u4', '<u8'");
  EXPECT_EQ(objection_to_order(file_of("'>i8'", integers{0, 1})),
            "its elements are '>i8' (big-endian); allowed: '<i4', '<i8', '<u4', '<u8'");
  EXPECT_EQ(objection_to_order(file_of("'<i8'", integers{0, 1}, "(2, 1)")),
            "it has 2 dimensions; allowed: 1");
  EXPECT_EQ(objection_to_order(file_of("'<i8'", integers{})),
            "it has no elements; allowed: 1 or more");
  EXPECT_EQ(objection_to_order(file_of("'<i8'", integers{0, 1}, "(3,)")),
            "its elements are cut off: 16 bytes where its shape and type need 24");
}

template <class T>
void expect_range_checked(const std::string& descr) {
  const auto objection_of = [&](T last) {
    return objection_to_order(file_of<T>(descr, {2, 0, last}));
  };
  EXPECT_EQ(objection_of(1), "") << descr;
  EXPECT_EQ(objection_of(2),
            "index 2 at position 2 (from 0) is there before; allowed: a permutation of 0 to 2");
  for (const T out : {T{3}, std::numeric_limits<T>::max(), static_cast<T>(-1)})
    EXPECT_EQ(objection_of(out), "index " + std::to_string(out) +
                                     " at position 2 (from 0) is out of range; allowed: a "
                                     "permutation of 0 to 2");
}

TEST(npy_order, what_is_no_permutation) {
  expect_range_checked<std::int32_t>("'<i4'");
  expect_range_checked<std::int64_t>("'<i8'");
  expect_range_checked<std::uint32_t>("'<u4'");
  expect_range_checked<std::uint64_t>("'<u8'");
}

}  // namespace
}  // namespace permdelta::testing

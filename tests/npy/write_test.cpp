#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "kernels/element.hpp"
#include "npy/npy.hpp"
#include "tests/npy/bytes.hpp"

namespace permdelta::testing {
namespace {

using shape = std::vector<std::size_t>;

template <element T>
std::string written(const shape& of, const std::vector<T>& values) {
  std::ostringstream stream;
  write_npy<T>(stream, of, values);
  return stream.str();
}

// numpy.save(name, numpy.array([[1, 2]], dtype='<f4')), by NumPy 1.24.
TEST(npy_write, the_bytes_of_numpy_save) {
  const std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  const std::string expected = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text +
                               std::string(117 - text.size(), ' ') + '\n' +
                               std::string("\x00\x00\x80\x3F\x00\x00\x00\x40", 8);
  EXPECT_EQ(written<float>({1, 2}, {1, 2}), expected);
}

TEST(npy_write, elements_begin_at_a_multiple_of_64) {
  const std::vector<double> none;
  for (const shape& each : {shape{1}, shape{4294967295}, shape{1, 1}, shape{1, 4294967295},
                            shape{4294967295, 4294967295}})
    EXPECT_EQ(written(each, none).size(), 128U);
}

template <element T>
void expect_round_trip(const shape& of, const std::vector<T>& values) {
  std::istringstream stream(written(of, values));
  const npy_array array = read_npy(stream, stream.str().size());
  EXPECT_EQ(array.shape, of);
  EXPECT_EQ(bytes_of(std::get<std::vector<T>>(array.values)), bytes_of(values));
}

TEST(npy_write, what_is_written_is_read) {
  expect_round_trip<double>({5}, {0.1, -0.0, 5e-324, -1e308, 3});
  expect_round_trip<double>({1}, {7});
  expect_round_trip<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  expect_round_trip<float>({3, 1}, {1, -0.0F, 1e-45F});
  expect_round_trip<fp16>({1, 2}, {fp16{0x3C01}, fp16{0xFC00}});
  expect_round_trip<double>({300, 70}, std::vector<double>(21000, 0.1));
}

}  // namespace
}  // namespace permdelta::testing

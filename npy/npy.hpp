#pragma once

/// NumPy's .npy files. The reader takes what a reduction can be run on and says why it refuses
/// anything else; the writer writes what numpy.save would.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// A file is not what it should be. what() is one line that names the file and says what is wrong
/// and what is allowed.
class npy_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// In one array: positions have 32 bits.
inline constexpr std::size_t most_npy_elements = 0xFFFFFFFF;

/// One row of n elements, or several, one after the other.
struct npy_array {
  std::vector<std::size_t> shape;  ///< (n,) or (rows, n), at least one element
  std::variant<std::vector<double>, std::vector<float>, std::vector<fp16>> values;

  [[nodiscard]] std::size_t rows() const noexcept { return shape.size() == 1 ? 1 : shape.front(); }
  [[nodiscard]] std::size_t n() const noexcept { return shape.back(); }
};

/// Reads an array of halves, floats or doubles in one or two dimensions, little-endian and in C
/// order. Infinities are let through, a NaN is not. Throws npy_error.
[[nodiscard]] npy_array read_npy(const std::string& path);

/// The same from `size` bytes of a stream; the messages name no file.
[[nodiscard]] npy_array read_npy(std::istream& stream, std::uint64_t size);

/// Rounds each element once to T. `to` has as many.
template <element T>
void convert(const npy_array& from, std::span<T> to) noexcept;

/// What that loses, `of 5 elements, 2 overflow fp16 and 1 are rounded`; empty if nothing.
[[nodiscard]] std::string conversion_loss(const npy_array&, element_type);

/// Reads a permutation of 0 to n - 1, in integers of 32 or 64 bits. Throws npy_error.
[[nodiscard]] std::vector<std::uint32_t> read_npy_order(const std::string& path);

/// The same from `size` bytes of a stream; the messages name no file.
[[nodiscard]] std::vector<std::uint32_t> read_npy_order(std::istream& stream, std::uint64_t size);

/// Writes an array of double, float or fp16 in one or two dimensions, byte for byte as numpy.save
/// does. Errors are the stream's.
template <element T>
void write_npy(std::ostream& stream, std::span<const std::size_t> shape, std::span<const T> values);

}  // namespace permdelta

#include <cassert>
#include <ostream>
#include <string>

#include "npy/npy.hpp"
#include "npy/type.hpp"

namespace permdelta {
namespace {

std::string tuple(std::span<const std::size_t> shape) {
  const std::string first = std::to_string(shape[0]);
  return shape.size() == 1 ? "(" + first + ",)"
                           : "(" + first + ", " + std::to_string(shape[1]) + ")";
}

// NumPy fills the header up to a multiple of 64 bytes, after room for 21 digits of the first
// dimension: that makes 128 of all that there can be here.
std::string file_begin(std::string_view descr, std::span<const std::size_t> shape) {
  constexpr std::size_t size = 128;
  constexpr std::size_t before_text = 10;  // magic, version, the text's length
  std::string text = "{'descr': '" + std::string(descr) +
                     "', 'fortran_order': False, 'shape': " + tuple(shape) + ", }";
  assert(text.size() < size - before_text);
  text.resize(size - before_text - 1, ' ');
  text += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size()) + '\0' + text;
}

}  // namespace

template <element T>
void write_npy(std::ostream& stream, std::span<const std::size_t> shape,
               std::span<const T> values) {
  assert(shape.size() == 1 || shape.size() == 2);
  const std::string begin = file_begin(descr_of<T>, shape);
  const auto bytes = std::as_bytes(values);
  stream.write(begin.data(), static_cast<std::streamsize>(begin.size()));
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

template void write_npy(std::ostream&, std::span<const std::size_t>, std::span<const double>);
template void write_npy(std::ostream&, std::span<const std::size_t>, std::span<const float>);
template void write_npy(std::ostream&, std::span<const std::size_t>, std::span<const fp16>);

}  // namespace permdelta

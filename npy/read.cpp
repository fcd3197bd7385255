#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <istream>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "npy/header.hpp"
#include "npy/npy.hpp"
#include "npy/type.hpp"

namespace permdelta {
namespace {

namespace fs = std::filesystem;

// A stream of known size. What it does not have is never asked for, and no room made for it.
class source {
 public:
  source(std::istream& stream, std::uint64_t size) : stream_(stream), left_(size) {}

  [[nodiscard]] std::uint64_t left() const noexcept { return left_; }

  void read(void* to, std::size_t count) {
    if (!stream_.read(static_cast<char*>(to), static_cast<std::streamsize>(count)))
      throw npy_error("cannot read all of it");
    left_ -= count;
  }

  std::string header_text(std::size_t count) {
    if (count > left_)
      throw npy_error("it ends in its header, of which " + std::to_string(count) +
                      " bytes should follow and " + std::to_string(left_) + " do");
    std::string text(count, '\0');
    read(text.data(), count);
    return text;
  }

 private:
  std::istream& stream_;
  std::uint64_t left_;
};

std::size_t length(std::string_view little_endian) {
  std::size_t value = 0;
  for (std::size_t i = little_endian.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(little_endian[i]);
  return value;
}

npy_header read_header(source& in) {
  constexpr std::string_view magic = "\x93NUMPY";
  if (in.left() < magic.size() || in.header_text(magic.size()) != magic)
    throw npy_error("it is not a .npy file: those begin with the bytes \\x93NUMPY");
  const std::string version = in.header_text(2);
  const int major = static_cast<unsigned char>(version[0]);
  const int minor = static_cast<unsigned char>(version[1]);
  if (major < 1 || major > 3 || minor != 0)
    throw npy_error("its format is version " + std::to_string(major) + "." + std::to_string(minor) +
                    "; allowed: 1.0, 2.0, 3.0");
  const std::size_t size = length(in.header_text(major == 1 ? 2 : 4));
  return parse_npy_header(in.header_text(size));
}

std::string_view kind_of(std::string_view descr) {
  if (descr.starts_with('>')) return "big-endian";
  switch (descr.size() > 1 ? descr[1] : '\0') {
    case 'f':
      return "floating point";
    case 'i':
    case 'u':
      return "integers";
    case 'b':
      return "booleans";
    case 'c':
      return "complex numbers";
    case 'O':
      return "Python objects";
    case 'S':
    case 'U':
      return "text";
    default:
      return "no numbers";
  }
}

template <class... T>
[[noreturn]] void refuse_type(std::string_view descr) {
  std::string allowed;
  ((allowed += (allowed.empty() ? "" : ", ") + in_quotes(descr_of<T>)), ...);
  throw npy_error("its elements are " + in_quotes(descr) + " (" + std::string(kind_of(descr)) +
                  "); allowed: " + allowed);
}

// How many elements there are; checks the shape.
std::size_t element_count(const npy_header& header, std::size_t most_dimensions) {
  const auto& shape = header.shape;
  if (shape.empty() || shape.size() > most_dimensions)
    throw npy_error("it has " + std::to_string(shape.size()) + " dimensions; allowed: " +
                    (most_dimensions == 1 ? "1" : "1, or 2 (rows of elements)"));
  if (std::ranges::find(shape, 0U) != shape.end())
    throw npy_error("it has no elements; allowed: 1 or more");
  std::uint64_t count = 1;
  for (const std::uint64_t size : shape) {
    if (size > most_npy_elements / count)
      throw npy_error("it has too many elements; allowed: up to " +
                      std::to_string(most_npy_elements));
    count *= size;
  }
  // With one row or one column both orders are the same.
  if (header.fortran_order && std::ranges::count(shape, 1U) == 0 && shape.size() > 1)
    throw npy_error(
        "its elements lie in Fortran order; allowed: C order, which numpy.ascontiguousarray makes");
  return count;
}

template <class T>
std::vector<T> read_elements(source& in, std::size_t count) {
  const std::uint64_t needed = std::uint64_t{count} * sizeof(T);
  if (in.left() < needed)
    throw npy_error("its elements are cut off: " + std::to_string(in.left()) +
                    " bytes where its shape and type need " + std::to_string(needed));
  if (in.left() > needed)
    throw npy_error(std::to_string(in.left() - needed) + " bytes follow its " +
                    std::to_string(needed) + " bytes of elements; allowed: none");
  std::vector<T> values(count);
  in.read(values.data(), needed);
  return values;
}

// Elements of whichever of these types the header names.
template <class... T>
std::variant<std::vector<T>...> read_values(source& in, const npy_header& header,
                                            std::size_t most_dimensions) {
  if (((header.descr != descr_of<T>)&&...)) refuse_type<T...>(header.descr);
  const std::size_t count = element_count(header, most_dimensions);
  std::variant<std::vector<T>...> values;
  static_cast<void>(
      ((header.descr == descr_of<T> && (values = read_elements<T>(in, count), true)) || ...));
  return values;
}

void refuse_nan(const npy_array& array) {
  const auto is_nan = [](auto value) { return std::isnan(to_double(value)); };
  const auto refuse = [&](const auto& values) {
    const auto found = std::ranges::find_if(values, is_nan);
    if (found == values.end()) return;
    const auto i = static_cast<std::size_t>(found - values.begin());
    const std::string column = std::to_string(i % array.n());
    throw npy_error((array.shape.size() == 1
                         ? "element " + column
                         : "row " + std::to_string(i / array.n()) + ", column " + column) +
                    " (from 0) is NaN; allowed: numbers and infinities");
  };
  std::visit(refuse, array.values);
}

// Python's -1 becomes the largest number there is, and so is out of range as well.
template <class Integer>
std::vector<std::uint32_t> checked_order(const std::vector<Integer>& indices) {
  const std::string n = std::to_string(indices.size());
  const auto refuse = [&](std::size_t i, const char* what) {
    throw npy_error("index " + std::to_string(indices[i]) + " at position " + std::to_string(i) +
                    " (from 0) is " + what + "; allowed: a permutation of 0 to " +
                    std::to_string(indices.size() - 1));
  };
  std::vector<bool> seen(indices.size());
  std::vector<std::uint32_t> order(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto index = static_cast<std::uint64_t>(indices[i]);
    if (index >= indices.size()) refuse(i, "out of range");
    if (seen[index]) refuse(i, "there before");
    seen[index] = true;
    order[i] = static_cast<std::uint32_t>(index);
  }
  return order;
}

[[noreturn]] void cannot_read(std::error_code why) {
  throw npy_error("cannot read it: " + why.message());
}

// Opens the file for `read`, and puts its name before what that has to say.
template <class Read>
auto from_file(const std::string& path, Read read) try {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (error) cannot_read(error);
  if (fs::is_directory(status)) cannot_read(std::make_error_code(std::errc::is_a_directory));
  if (!fs::is_regular_file(status))
    throw npy_error("it is not a regular file, whose size is known before it is read");
  const std::uint64_t size = fs::file_size(path, error);
  if (error) cannot_read(error);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) cannot_read(std::error_code(errno, std::generic_category()));
  return read(stream, size);
} catch (const npy_error& error) {
  throw npy_error("'" + path + "': " + error.what());
} catch (const std::bad_alloc&) {
  throw npy_error("'" + path + "': there is not enough memory for its elements");
}

}  // namespace

npy_array read_npy(std::istream& stream, std::uint64_t size) {
  source in(stream, size);
  const npy_header header = read_header(in);
  npy_array array;
  array.values = read_values<double, float, fp16>(in, header, 2);
  array.shape.assign(header.shape.begin(), header.shape.end());
  refuse_nan(array);
  return array;
}

std::vector<std::uint32_t> read_npy_order(std::istream& stream, std::uint64_t size) {
  source in(stream, size);
  const npy_header header = read_header(in);
  const auto indices =
      read_values<std::int32_t, std::int64_t, std::uint32_t, std::uint64_t>(in, header, 1);
  return std::visit([](const auto& values) { return checked_order(values); }, indices);
}

npy_array read_npy(const std::string& path) {
  return from_file(path, [](auto& stream, auto size) { return read_npy(stream, size); });
}

std::vector<std::uint32_t> read_npy_order(const std::string& path) {
  return from_file(path, [](auto& stream, auto size) { return read_npy_order(stream, size); });
}

}  // namespace permdelta

/// Fuzzes the reader of .npy files, which gets whatever people have:
///
///   cmake --preset asan-ubsan && cmake --build --preset asan-ubsan --target npy_fuzz
///   mkdir -p build/npy_corpus
///   build/asan-ubsan/bin/npy_fuzz -max_len=1024 -max_total_time=600 build/npy_corpus
///
/// An input is read or refused, without other exceptions, with no more memory than a few times its
/// size, and what was read is written and read again. Its first byte says what the others are: a
/// file as it is, or a recipe for one that is right or almost so.

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "npy/npy.hpp"

namespace permdelta {
namespace {

std::size_t allocated = 0;

void count_allocation(const volatile void*, std::size_t size) {
  allocated += size;
}
void ignore_release(const volatile void*) {}

const bool counted = __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_release);

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

struct type {
  const char* descr;
  std::size_t size;
};
constexpr std::array<type, 12> types{{{"'<f8'", 8},
                                      {"'<f4'", 4},
                                      {"'<f2'", 2},
                                      {"'<i8'", 8},
                                      {"'<i4'", 4},
                                      {"'<u8'", 8},
                                      {"'<u4'", 4},
                                      {"'>f4'", 4},
                                      {"'|O'", 8},
                                      {"'|b1'", 1},
                                      {"[('a', '<f4')]", 4},
                                      {"('<f4', (2,))", 8}}};

// A file that is as it should be for these elements, or would be if the text of its header had not
// been edited: the first bytes say what it is, and where some of them replace how many of the text.
std::string made_file(const std::string& recipe) {
  std::size_t at = 0;
  const auto next = [&] { return static_cast<unsigned char>(recipe[at++]); };
  const int major = 1 + next() % 3;
  const type& of = types[next() % types.size()];
  const std::size_t rows = next() % 8;
  const std::size_t edited = next();
  const std::size_t removed = next() % 16;
  const std::size_t inserted = std::min<std::size_t>(next() % 16, recipe.size() - at);
  const std::string edit = recipe.substr(at, inserted);
  std::string elements = recipe.substr(at + inserted);
  const std::size_t n = elements.size() / of.size / std::max<std::size_t>(rows, 1);
  elements.resize(n * of.size * std::max<std::size_t>(rows, 1));

  std::string text = std::string("{'descr': ") + of.descr + ", 'fortran_order': False, 'shape': (" +
                     (rows == 0 ? "" : std::to_string(rows) + ", ") + std::to_string(n) + ",), }";
  if (edited < text.size()) text.replace(edited, removed, edit);
  std::string file = "\x93NUMPY";
  file += static_cast<char>(major);
  file += '\0';
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i)
    file += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return file + text + elements;
}

// What the function makes of the file; false if it refuses it.
template <class Function>
bool accepted(const std::string& file, Function function) {
  std::istringstream stream(file);
  const std::size_t before = allocated;
  bool fine = true;
  try {
    function(stream);
  } catch (const npy_error& error) {
    fine = false;
    expect(std::string(error.what()).find('\n') == std::string::npos, "more than one line");
  }
  expect(allocated - before <= 16 * file.size() + 4096, "more memory than it takes");
  return fine;
}

void check(const std::string& file) {
  npy_array array;
  if (accepted(file, [&](auto& stream) { array = read_npy(stream, file.size()); })) {
    const auto check_values = [&]<class T>(const std::vector<T>& values) {
      expect(!values.empty() && values.size() == array.rows() * array.n(), "another shape");
      expect(values.size() * sizeof(T) < file.size(), "more elements than there are");
      std::ostringstream written;
      write_npy<T>(written, array.shape, values);
      expect(written.str().substr(128) == file.substr(file.size() - values.size() * sizeof(T)),
             "other elements");
      std::istringstream stream(written.str());
      const npy_array again = read_npy(stream, written.str().size());
      expect(again.shape == array.shape && again.values.index() == array.values.index(),
             "something else when it is read again");
    };
    std::visit(check_values, array.values);
  }
  std::vector<std::uint32_t> order;
  if (accepted(file, [&](auto& stream) { order = read_npy_order(stream, file.size()); })) {
    std::vector<int> seen(order.size());
    for (const std::uint32_t index : order) ++seen.at(index);
    expect(!order.empty() && seen == std::vector<int>(order.size(), 1), "no permutation");
  }
}

}  // namespace
}  // namespace permdelta

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  permdelta::expect(permdelta::counted, "allocations cannot be counted");
  constexpr std::size_t recipe_size = 6;
  if (size == 0) return 0;
  const std::string rest(data + 1, data + size);
  const bool raw = data[0] % 4 == 0 || rest.size() < recipe_size;
  permdelta::check(raw ? rest : permdelta::made_file(rest));
  return 0;
}

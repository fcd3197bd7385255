#pragma once

/// Files made by hand, and what the readers say about them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "npy/npy.hpp"

namespace permdelta::testing {

/// A file with this text as its header, unpadded, and these bytes behind it.
[[nodiscard]] inline std::string with_header(const std::string& text, const std::string& data = "",
                                             int major = 1, int minor = 0) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(major);
  file += static_cast<char>(minor);
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i)
    file += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return file + text + data;
}

[[nodiscard]] inline std::string header(const std::string& descr, const std::string& shape,
                                        const std::string& fortran_order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + fortran_order + ", 'shape': " + shape +
         ", }\n";
}

template <class T>
[[nodiscard]] std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Of one test, removed with it.
class file {
 public:
  explicit file(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }
  ~file() { std::filesystem::remove(path_); }
  file(const file&) = delete;
  file& operator=(const file&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_ = std::filesystem::path(::testing::TempDir()) /
                                ("permdelta_" + std::to_string(::getpid()) + ".npy");
};

/// What `read` has to say about this path, after the path; empty if it has no objection.
template <class Read>
[[nodiscard]] std::string objection_to(const std::filesystem::path& path, Read read) {
  try {
    static_cast<void>(read(path));
    return {};
  } catch (const npy_error& error) {
    const std::string line = error.what();
    const std::string name = "'" + path.string() + "': ";
    EXPECT_TRUE(line.starts_with(name)) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    return line.substr(name.size());
  }
}

/// Of read_npy to a file with these bytes.
[[nodiscard]] inline std::string objection(const std::string& bytes) {
  const file made(bytes);
  return objection_to(made.path(), [](const auto& path) { return read_npy(path); });
}

}  // namespace permdelta::testing

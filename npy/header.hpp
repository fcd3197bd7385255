#pragma once

/// What stands before the elements of a .npy file: a Python dict, as text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace permdelta {

struct npy_header {
  std::string descr;  ///< the type, as in `<f4`
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Reads the dict: its three keys in any order, each once, and nothing else. Throws npy_error,
/// without the file's name; also for a type that is not a string, as one with fields is not.
[[nodiscard]] npy_header parse_npy_header(std::string_view text);

/// Text from a file, fit for a line of a message: in quotes, printable, not long.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace permdelta

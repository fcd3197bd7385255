#pragma once

/// Arrays of the user's own as inputs: --input.

#include <string>
#include <vector>

#include "npy/npy.hpp"

namespace permdelta {

struct input_file {
  std::string name;  ///< in the names of its rows
  std::string path;  ///< as it was given
  npy_array array;
};

/// What a file is called in the names of rows: its own name up to the last dot, with `_` for every
/// byte that has no place there. Empty if nothing comes before that dot.
[[nodiscard]] std::string input_name(const std::string& path);

/// Reads them. Throws usage_error if one is bad, or would have the name of another or of a
/// distribution.
[[nodiscard]] std::vector<input_file> read_input_files(const std::vector<std::string>& paths);

}  // namespace permdelta

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "common/output_file.hpp"
#include "common/usage_error.hpp"

namespace permdelta {

/// Opens what -o names. Throws usage_error if that is one of the files that are read, which would
/// be gone then.
inline void open_beside_inputs(std::optional<output_file>& file, const std::string& path,
                               const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(input, ignored) &&
        std::filesystem::equivalent(path, input, ignored))
      throw usage_error("-o: '" + path + "' is what is read");
  }
  file.emplace(path);
}

}  // namespace permdelta

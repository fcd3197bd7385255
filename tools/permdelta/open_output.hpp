#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/output_file.hpp"

namespace permdelta {

/// Opens what -o names. Throws usage_error if that is one of the files that are read, which would
/// be gone then.
void open_beside_inputs(std::optional<output_file>& file, const std::string& path,
                        const std::vector<std::string>& inputs);

}  // namespace permdelta

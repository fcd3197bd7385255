#pragma once

/// What has come through the door: the catalog's kernels first, then others as they were
/// registered.

#include <vector>

#include "bench/subject.hpp"

namespace permdelta {

[[nodiscard]] const std::vector<subject>& registered_kernels();

/// Throws std::invalid_argument for what register_kernel does not take.
void add_kernel(std::vector<subject>& kernels, subject added);

}  // namespace permdelta

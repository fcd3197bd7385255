#pragma once

/// The kernels of the catalog, as subjects like anybody's.

#include <vector>

#include "bench/subject.hpp"

namespace permdelta {

/// All that run on this machine, in the catalog's order.
[[nodiscard]] std::vector<subject> catalog_subjects();

}  // namespace permdelta

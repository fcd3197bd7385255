#pragma once

#include <cstddef>

namespace permdelta {

/// How the method `exact` fared: blocks it added, and those of them that left its first tier.
struct tier_counts {
  std::size_t blocks = 0;
  std::size_t refused = 0;
};

}  // namespace permdelta

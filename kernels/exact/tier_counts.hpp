#pragma once

#include <cstddef>

namespace permdelta {

/// How the method `exact` fared: blocks it added, and those of them that left its first tier.
/// An aggregate: a constructor would be a function that all instruction sets share.
struct tier_counts {
  std::size_t blocks;
  std::size_t refused;
};

}  // namespace permdelta

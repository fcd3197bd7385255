#pragma once

#include <cstddef>

#include "kernels/exact/flag.hpp"

namespace permdelta {

/// How the method `exact` fared: blocks it added, and those of them that left its first tier.
/// An aggregate: a constructor would be a function that all instruction sets share.
struct tier_counts {
  std::size_t blocks;
  std::size_t refused;
};

/// What `exact` keeps while a kernel makes its sums, one after the other: the caller's
/// floating-point status, which it gives back in the end, and how its tiers fared.
struct exact_call {
  status_words status;
  tier_counts counts;
  int pause;  ///< groups of rows that are not tried together, since one of them would refuse
};

}  // namespace permdelta

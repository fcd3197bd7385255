#pragma once

/// How often `exact` had to leave its first tier, for the counter `fallback_rate`.

#include <cstddef>

namespace permdelta {

struct tier_statistics {
  std::size_t blocks = 0;
  std::size_t refused = 0;  ///< of them, those that the first tier could not take
};

/// The calling thread's, since it was last set to zero.
extern thread_local constinit tier_statistics exact_statistics;

template <class User>
void note_blocks(std::size_t blocks, std::size_t refused) noexcept {
  exact_statistics.blocks += blocks;
  exact_statistics.refused += refused;
}

}  // namespace permdelta

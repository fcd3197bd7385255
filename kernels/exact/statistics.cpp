#include "kernels/exact/statistics.hpp"

namespace permdelta {

thread_local constinit tier_statistics exact_statistics{};

void note_blocks(std::size_t blocks, std::size_t refused) noexcept {
  exact_statistics.blocks += blocks;
  exact_statistics.refused += refused;
}

}  // namespace permdelta

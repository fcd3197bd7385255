#pragma once

/// Sizes that the kernels are tuned for.

#include <cstddef>

namespace permdelta {

/// How many rows an operation is given at a time, at most. No batch has more lanes.
inline constexpr std::size_t max_rows = 16;

/// Whether `n` numbers, `line` to a line of the cache, are more than the caches keep.
[[nodiscard, gnu::always_inline]] inline constexpr bool is_far(std::size_t n,
                                                               std::size_t line) noexcept {
  return n / line > (std::size_t{8} << 20) / 64;
}

}  // namespace permdelta

#pragma once

/// Sizes that the kernels are tuned for.

#include <cstddef>

namespace permdelta {

/// The maximum number of rows that an operation is given at a time; at least the number of lanes of
/// any batch.
inline constexpr std::size_t max_rows = 16;

/// Whether `n` numbers, `line` of them per cache line, exceed what the caches keep.
[[nodiscard, gnu::always_inline]] inline constexpr bool is_far(std::size_t n,
                                                               std::size_t line) noexcept {
  return n / line > (std::size_t{8} << 20) / 64;
}

}  // namespace permdelta

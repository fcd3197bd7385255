#pragma once

#include <cstddef>

namespace permdelta {

/// Loads, or loads and stores, of whole blocks of 512 bytes, as an instruction set's registers make
/// them.
struct memory_functions {
  void (*read)(const std::byte* from, std::size_t bytes) noexcept;
  void (*copy)(const std::byte* from, std::byte* to, std::size_t bytes) noexcept;

  /// The same where caches are of no use. `to` is aligned to a line of the cache.
  void (*read_far)(const std::byte* from, std::size_t bytes) noexcept;
  void (*copy_far)(const std::byte* from, std::byte* to, std::size_t bytes) noexcept;
};

extern const memory_functions memory_sse2;
extern const memory_functions memory_avx2;
extern const memory_functions memory_avx512;
extern const memory_functions memory_neon64;

}  // namespace permdelta

/// Compiled once for each instruction set, with its flags; PERMDELTA_ISA says for which. Nothing
/// here is shared: the functions are this file's own.

#include "bench/bandwidth_isa.hpp"

#include <cstdint>

namespace permdelta {
namespace {

// The compiler makes of it what the instruction set has.
using line [[gnu::vector_size(64), gnu::aligned(1), gnu::may_alias]] = std::uint64_t;
constexpr std::size_t lines = 8;

void read(const std::byte* from, std::size_t bytes) noexcept {
  line seen[lines] = {};
  for (std::size_t i = 0; i + lines * sizeof(line) <= bytes; i += lines * sizeof(line))
#pragma GCC unroll 8
    for (std::size_t k = 0; k < lines; ++k)
      seen[k] |= *reinterpret_cast<const line*>(from + i + k * sizeof(line));
  asm volatile("" ::"m"(seen));
}

void copy(const std::byte* from, std::byte* to, std::size_t bytes) noexcept {
  for (std::size_t i = 0; i + lines * sizeof(line) <= bytes; i += lines * sizeof(line))
#pragma GCC unroll 8
    for (std::size_t k = 0; k < lines; ++k)
      *reinterpret_cast<line*>(to + i + k * sizeof(line)) =
          *reinterpret_cast<const line*>(from + i + k * sizeof(line));
}

}  // namespace

#define PERMDELTA_JOINED(a, b) a##b
#define PERMDELTA_JOIN(a, b) PERMDELTA_JOINED(a, b)
constinit const memory_functions PERMDELTA_JOIN(memory_, PERMDELTA_ISA){&read, &copy};

}  // namespace permdelta

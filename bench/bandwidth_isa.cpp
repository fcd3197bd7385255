/// Compiled once for each instruction set, with its flags; PERMDELTA_ISA says for which. Nothing
/// here is shared: the functions are this file's own.

#include "bench/bandwidth_isa.hpp"

#include <cstdint>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace permdelta {
namespace {

// As wide as a register is.
#if defined(__AVX512F__)
constexpr std::size_t width = 64;
#elif defined(__AVX__)
constexpr std::size_t width = 32;
#else
constexpr std::size_t width = 16;
#endif
using vector [[gnu::vector_size(width), gnu::aligned(1), gnu::may_alias]] = std::uint64_t;
constexpr std::size_t vectors = 8;

// `Far`: from memory, every second line is asked for 16 KiB ahead, and what is stored goes past the
// caches; what that is good for, kernels/source.hpp says.
template <bool Far>
void read(const std::byte* from, std::size_t bytes) noexcept {
  vector seen[vectors] = {};
  for (std::size_t i = 0; i + sizeof(seen) <= bytes; i += sizeof(seen))
#pragma GCC unroll 8
    for (std::size_t k = 0; k < vectors; ++k) {
      if (Far && k * width % 128 == 0) __builtin_prefetch(from + i + k * width + 16384, 0, 2);
      seen[k] |= *reinterpret_cast<const vector*>(from + i + k * width);
    }
  asm volatile("" ::"m"(seen));
}

void store(vector value, std::byte* to) noexcept {
  *reinterpret_cast<vector*>(to) = value;
}

void stream(vector value, std::byte* to) noexcept {
#if defined(__x86_64__)
  __m128i parts[width / sizeof(__m128i)];
  __builtin_memcpy(parts, &value, width);
#pragma GCC unroll 4
  for (std::size_t k = 0; k < width / sizeof(__m128i); ++k)
    _mm_stream_si128(reinterpret_cast<__m128i*>(to) + k, parts[k]);
#else
  store(value, to);
#endif
}

template <bool Far>
void copy(const std::byte* from, std::byte* to, std::size_t bytes) noexcept {
  for (std::size_t i = 0; i + vectors * width <= bytes; i += vectors * width)
#pragma GCC unroll 8
    for (std::size_t k = 0; k < vectors; ++k) {
      const std::size_t at = i + k * width;
      const vector value = *reinterpret_cast<const vector*>(from + at);
      if constexpr (Far)
        stream(value, to + at);
      else
        store(value, to + at);
    }
}

}  // namespace

#define PERMDELTA_JOINED(a, b) a##b
#define PERMDELTA_JOIN(a, b) PERMDELTA_JOINED(a, b)
constinit const memory_functions PERMDELTA_JOIN(memory_, PERMDELTA_ISA){&read<false>, &copy<false>,
                                                                        &read<true>, &copy<true>};

}  // namespace permdelta

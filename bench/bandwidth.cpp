#include "bench/bandwidth.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <new>

#include "bench/aligned.hpp"
#include "bench/bandwidth_isa.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

constexpr std::size_t smallest_class = 4096;
constexpr std::size_t largest_class = std::size_t{1} << 30;

const memory_functions& functions() {
  switch (best_isa()) {
#ifdef PERMDELTA_HAS_SSE2
    case isa::sse2:
      return memory_sse2;
#endif
#ifdef PERMDELTA_HAS_AVX2
    case isa::avx2:
      return memory_avx2;
#endif
#ifdef PERMDELTA_HAS_AVX512
    case isa::avx512:
      return memory_avx512;
#endif
#ifdef PERMDELTA_HAS_NEON64
    case isa::neon64:
      return memory_neon64;
#endif
    default:
      __builtin_unreachable();
  }
}

// Bytes per second, in the fastest of some attempts.
template <class Pass>
double fastest(std::size_t bytes_a_pass, const Pass& pass) {
  using clock = std::chrono::steady_clock;
  constexpr std::size_t enough_bytes = std::size_t{1} << 23;  // an attempt
  const std::size_t passes = std::max<std::size_t>(1, enough_bytes / bytes_a_pass);
  double best = 0;
  for (int attempt = 0; attempt < 8; ++attempt) {
    const auto begin = clock::now();
    for (std::size_t k = 0; k < passes; ++k) pass();
    const std::chrono::duration<double> time = clock::now() - begin;
    best = std::max(best, static_cast<double>(passes * bytes_a_pass) / time.count());
  }
  return best;
}

}  // namespace

std::size_t bandwidth::size_class(std::size_t bytes) noexcept {
  // By ratio: a row that fills a cache, and its result beside it, is no larger class.
  const std::size_t within = std::clamp(bytes, smallest_class, largest_class);
  return std::bit_floor(within + within / 5 * 2);
}

double bandwidth::of(outputs of, std::size_t bytes) {
  const bool copies = of == outputs::each;
  const std::size_t size = size_class(bytes);
  const auto [found, is_new] = by_class_.try_emplace({copies, size}, 0.0);
  if (is_new) try {
      aligned_vector<std::byte> memory(size, std::byte{1});
      const memory_functions& run = functions();
      const std::size_t half = size / 2;
      found->second =
          copies
              ? std::max(
                    fastest(size, [&] { run.copy(memory.data(), memory.data() + half, half); }),
                    fastest(size, [&] { run.copy_far(memory.data(), memory.data() + half, half); }))
              : std::max(fastest(size, [&] { run.read(memory.data(), size); }),
                         fastest(size, [&] { run.read_far(memory.data(), size); }));
    } catch (const std::bad_alloc&) {  // then its rows have no room either, or no limit
    }
  return found->second;
}

std::string bandwidth::measured() const {
  std::string text;
  for (const auto& [key, rate] : by_class_) {
    if (rate == 0) continue;
    const auto [copies, size] = key;
    const bool large = size >= std::size_t{1} << 20;
    text += fmt::format("{}{}/{}{}: {:.1f}", text.empty() ? "" : ", ", copies ? "copy" : "read",
                        large ? size >> 20 : size >> 10, large ? "MiB" : "KiB", rate * 1e-9);
  }
  return text;
}

}  // namespace permdelta

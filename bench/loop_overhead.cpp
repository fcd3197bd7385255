#include "bench/loop_overhead.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "bench/reduction.hpp"

namespace permdelta {

double loop_overhead_ns() {
  using clock = std::chrono::steady_clock;
  constexpr std::size_t iterations = 100'000;
  const reduction<float> nothing = [](std::span<const float>, std::span<float>) {};
  std::array<float, 1> memory{};
  double best = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < 16; ++attempt) {
    const auto begin = clock::now();
    nothing.repeat(iterations, memory, 1, memory);
    const std::chrono::duration<double, std::nano> time = clock::now() - begin;
    best = std::min(best, time.count() / iterations);
  }
  return best;
}

}  // namespace permdelta

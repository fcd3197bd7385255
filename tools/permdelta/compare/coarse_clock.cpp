#include "tools/permdelta/compare/coarse_clock.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace permdelta {
namespace {

constexpr double tick = 15.625e6;  // nanoseconds

// The processor times of a row's repetitions, in ticks.
std::vector<double> ticks_of(const benchmark_row& row) {
  std::vector<double> ticks = benchmark_run::values(row, cpu_time_metric);
  const auto iterations = benchmark_run::values(row, iterations_metric);
  ticks.resize(std::min(ticks.size(), iterations.size()));
  for (std::size_t i = 0; i < ticks.size(); ++i) ticks[i] *= iterations[i] / tick;
  return ticks;
}

bool has_coarse_clock(const benchmark_run& run) {
  bool found = false;
  for (const benchmark_row& row : run.rows)
    for (const double ticks : ticks_of(row)) {
      if (ticks <= 0) continue;
      if (std::abs(ticks - std::round(ticks)) > 1e-6 * ticks) return false;
      found = true;
    }
  return found;
}

}  // namespace

tick_shares tick_shares_of(std::span<const benchmark_run> runs) {
  tick_shares shares;
  for (const benchmark_run& run : runs) {
    if (!has_coarse_clock(run)) continue;
    for (const benchmark_row& row : run.rows)
      for (const double ticks : ticks_of(row)) {
        double& share = shares[row.name];
        share = std::max(share, 1 / ticks);
      }
  }
  return shares;
}

}  // namespace permdelta

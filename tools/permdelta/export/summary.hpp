#pragma once

/// What the formats of dashboards have for the repetitions of a row: their middle and their ends.

#include <algorithm>
#include <vector>

#include "run/benchmark_run.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {

struct summary {
  double median;
  double lowest;
  double highest;
};

/// Calls `function(metric, values, summary)` for each metric that a row has numbers of, but for
/// the iterations, and for the clock that the row is not judged by.
template <class Function>
void for_each_summary(const benchmark_run& run, const benchmark_row& row, Function function) {
  std::vector<std::vector<double>> values(run.metrics.size());
  for (const sample& each : row.samples) values[each.metric].push_back(each.value);
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const bool is_time = i == real_time_metric || i == cpu_time_metric;
    if (values[i].empty() || i == iterations_metric || (is_time && i != judged_time(row))) continue;
    const auto [lowest, highest] = std::ranges::minmax(values[i]);
    function(i, values[i], summary{median(values[i]), lowest, highest});
  }
}

}  // namespace permdelta

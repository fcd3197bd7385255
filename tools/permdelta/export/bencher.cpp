/// Bencher's metric format, <https://bencher.dev/docs/reference/bencher-metric-format/>. A row's
/// time is its measure `latency`, which every project there has, in nanoseconds; the others keep
/// their names.

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "common/unique_names.hpp"
#include "tools/permdelta/export/format.hpp"
#include "tools/permdelta/export/summary.hpp"

namespace permdelta {

void write_bencher(const exported_run& exported, std::ostream& out) {
  const benchmark_run& run = *exported.run;
  unique_names names({"latency"});
  std::vector<std::string> measure_names;
  for (const metric& each : run.metrics) measure_names.push_back(names.take(each.name));
  measure_names[real_time_metric] = measure_names[cpu_time_metric] = "latency";

  // Written row by row: the library's objects that keep their order look for a key one by one.
  std::string_view separator = "{\n";
  for (const exported_row& row : exported.rows) {
    nlohmann::ordered_json measures;
    for_each_summary(run, *row.row, [&](std::uint32_t i, const auto& values, summary found) {
      auto& measure = measures[measure_names[i]];
      measure["value"] = found.median;
      if (values.size() < 2) return;
      measure["lower_value"] = found.lowest;
      measure["upper_value"] = found.highest;
    });
    if (measures.empty()) continue;
    out << separator << nlohmann::json(row.row->name) << ": " << measures;
    separator = ",\n";
  }
  out << (separator.front() == '{' ? "{}" : "\n}") << '\n';
}

}  // namespace permdelta

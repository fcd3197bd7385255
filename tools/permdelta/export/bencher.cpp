/// Bencher's metric format, <https://bencher.dev/docs/reference/bencher-metric-format/>. A row's
/// time is its measure `latency`, which every project there has, in nanoseconds; the others keep
/// their names.

#include <ostream>
#include <string>
#include <vector>

#include "common/json_writer.hpp"
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

  json_writer all(0);
  all.open('{');
  for (const exported_row& row : exported.rows) {
    json_writer measures;
    measures.open('{');
    for_each_summary(run, *row.row, [&](std::uint32_t i, const auto& values, summary found) {
      measures.key(measure_names[i]);
      measures.open('{');
      measures.fields("value", found.median);
      if (values.size() > 1)
        measures.fields("lower_value", found.lowest, "upper_value", found.highest);
      measures.close();
    });
    measures.close();
    const std::string text = measures.take();
    if (text == "{}") continue;
    all.key(row.row->name);
    all.json(text);
    out << all.take();
  }
  all.close();
  out << all.take() << '\n';
}

}  // namespace permdelta

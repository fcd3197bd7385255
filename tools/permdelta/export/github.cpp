/// github-action-benchmark's own JSON,
/// <https://github.com/benchmark-action/github-action-benchmark>: tools `customSmallerIsBetter` and
/// `customBiggerIsBetter`. A file has one direction, and what has none, the number of orders or a
/// counter of the user's own, is in neither.

#include <ostream>

#include "common/json_writer.hpp"
#include "run/display.hpp"
#include "tools/permdelta/export/format.hpp"
#include "tools/permdelta/export/summary.hpp"

namespace permdelta {
namespace {

std::string extra_text(const exported_run& exported, const benchmark_row& row, const metric& metric,
                       std::size_t repetitions) {
  std::string text(better_text(metric.direction));
  text += metric.exact ? " is better, exact" : " is better";
  text += row.aggregated ? "\nrepetitions: aggregated"
                         : "\nrepetitions: " + std::to_string(repetitions);
  if (!row.label.empty()) text += "\nlabel: " + row.label;
  for (const auto* all : {&exported.context, &exported.tags})
    for (const auto& [key, value] : *all) text.append("\n").append(key) += ": " + value;
  return text;
}

void write_github(const exported_run& exported, direction direction, std::ostream& out) {
  json_writer entries(1);
  entries.open('[');
  for (const exported_row& row : exported.rows)
    for_each_summary(
        *exported.run, *row.row, [&](std::uint32_t i, const auto& values, summary all) {
          const metric& metric = exported.run->metrics[i];
          if (metric.direction != direction) return;
          entries.open('{');
          entries.fields("name", row.row->name + ' ' + metric.name, "unit", metric.unit, "value",
                         all.median);
          // All repetitions are that near.
          if (values.size() > 1)
            entries.fields("range", "± " + shortest(std::max(all.highest - all.median,
                                                             all.median - all.lowest)));
          entries.fields("extra", extra_text(exported, *row.row, metric, values.size()));
          entries.close();
          out << entries.take();
        });
  entries.close();
  out << entries.take() << '\n';
}

}  // namespace

void write_github_smaller(const exported_run& exported, std::ostream& out) {
  write_github(exported, direction::lower_is_better, out);
}

void write_github_bigger(const exported_run& exported, std::ostream& out) {
  write_github(exported, direction::higher_is_better, out);
}

}  // namespace permdelta

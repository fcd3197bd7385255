#include "run/write.hpp"

#include <algorithm>
#include <ostream>
#include <string>

#include "common/json_writer.hpp"

namespace permdelta {
namespace {

std::string entry(const benchmark_run& run, const benchmark_row& row, std::uint32_t repetition) {
  json_writer json;
  json.open('{');
  json.fields("name", row.name, "run_name", row.name, "run_type", "iteration", "repetitions",
              std::max(row.repetitions, 1U), "repetition_index", repetition, "threads", 1);
  if (row.outcome == row_outcome::failed)
    json.fields("error_occurred", true, "error_message", row.message);
  if (row.outcome == row_outcome::skipped)
    json.fields("skipped", true, "skip_message", row.message);
  for (const sample& each : row.samples)
    if (each.repetition == repetition) json.fields(run.metrics[each.metric].name, each.value);
  json.fields("time_unit", "ns");
  if (!row.label.empty()) json.fields("label", row.label);
  json.close();
  return json.take();
}

}  // namespace

void write_run(std::ostream& out, const benchmark_run& run) {
  out << "{\n\"context\": " << run.context_json() << ",\n\"benchmarks\": [";
  const char* separator = "\n";
  for (const benchmark_row& row : run.rows)
    for (std::uint32_t r = 0; r < std::max(row.repetitions, 1U); ++r) {
      out << separator << entry(run, row, r);
      separator = ",\n";
    }
  out << "\n]\n}\n";
}

}  // namespace permdelta

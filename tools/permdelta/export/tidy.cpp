/// CSV (RFC 4180) and JSON lines with one number in each, and everything about it beside it: the
/// run, the row and each part of its name, the repetition, what the number is.

#include <ostream>

#include "common/csv.hpp"
#include "common/json_writer.hpp"
#include "run/display.hpp"
#include "tools/permdelta/export/format.hpp"
#include "tools/permdelta/export/timestamp.hpp"

namespace permdelta {
namespace {

std::string date_of(const exported_run& exported) {
  return exported.time ? iso_text(*exported.time) : std::string{};
}

// Of a row, in the order of the columns; empty where it has none.
std::vector<std::string> part_columns(const exported_run& exported, const exported_row& row) {
  std::vector<std::string> values;
  for (const std::string& key : exported.part_keys) {
    std::string& value = values.emplace_back();
    for (const auto& [own_key, own_value] : row.parts)
      if (own_key == key) value = own_value;
  }
  return values;
}

}  // namespace

void write_csv(const exported_run& exported, std::ostream& out) {
  out << "run,date,row,label";
  for (const std::string& key : exported.part_keys) out << ',' << key;
  for (const auto* all : {&exported.context, &exported.tags})
    for (const auto& [key, value] : *all) out << ',' << key;
  out << ",repetition,aggregated,metric,value,unit,better,exact\n";

  const std::string of_run = csv_field(exported.run->path) + ',' + date_of(exported);
  std::string common;
  for (const auto* all : {&exported.context, &exported.tags})
    for (const auto& [key, value] : *all) common += ',' + csv_field(value);
  for (const exported_row& row : exported.rows) {
    std::string before = of_run + ',' + csv_field(row.row->name) + ',' + csv_field(row.row->label);
    for (const std::string& value : part_columns(exported, row)) before += ',' + csv_field(value);
    before += common;
    for (const sample& each : row.row->samples) {
      const metric& metric = exported.run->metrics[each.metric];
      out << before << ',' << each.repetition << ',' << (row.row->aggregated ? "true" : "false")
          << ',' << csv_field(metric.name) << ',' << shortest(each.value) << ','
          << csv_field(metric.unit) << ',' << better_text(metric.direction) << ','
          << (metric.exact ? "true" : "false") << '\n';
    }
  }
}

void write_jsonl(const exported_run& exported, std::ostream& out) {
  for (const exported_row& row : exported.rows) {
    json_writer of_row;
    of_row.open('{');
    of_row.fields("run", exported.run->path);
    if (exported.time) of_row.fields("date", date_of(exported));
    of_row.fields("row", row.row->name);
    if (!row.row->label.empty()) of_row.fields("label", row.row->label);
    for (const auto* all : {&row.parts, &exported.context, &exported.tags})
      for (const auto& [key, value] : *all) of_row.fields(key, value);
    for (const sample& each : row.row->samples) {
      const metric& metric = exported.run->metrics[each.metric];
      json_writer line = of_row;
      line.fields("repetition", each.repetition, "aggregated", row.row->aggregated, "metric",
                  metric.name, "value", each.value, "unit", metric.unit, "better",
                  better_text(metric.direction), "exact", metric.exact);
      line.close();
      out << line.take() << '\n';
    }
  }
}

}  // namespace permdelta

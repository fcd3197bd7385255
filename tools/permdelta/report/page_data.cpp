#include "tools/permdelta/report/page_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "common/json_writer.hpp"
#include "kernels/names.hpp"
#include "run/counters.hpp"
#include "run/name_parts.hpp"
#include "tools/permdelta/better_text.hpp"

namespace permdelta {
namespace {

// Whole numbers as such: `128` instead of `128.0`, a million times.
void write_number(json_writer& out, double value) {
  constexpr double first_gap = 0x1p53;
  if (value == std::trunc(value) && std::abs(value) < first_gap && !std::signbit(value))
    out.value(static_cast<std::int64_t>(value));
  else
    out.value(value);  // null, where it is not finite
}

std::string_view meaning_of(std::string_view metric) noexcept {
  const auto* const found = std::ranges::find(counters::all, metric, &counter::name);
  return found == counters::all.end() ? std::string_view{} : found->meaning;
}

// One number where all repetitions have the same, null where none has any.
void write_value(json_writer& out, const std::vector<const sample*>& samples,
                 std::uint32_t repetitions) {
  if (samples.empty()) return out.value(nullptr);
  const bool is_complete = samples.size() == repetitions;
  const bool is_one = std::ranges::all_of(
      samples, [&](const sample* each) { return each->value == samples.front()->value; });
  if (repetitions <= 1 || (is_complete && is_one)) return write_number(out, samples.front()->value);
  std::vector<double> values(repetitions, std::numeric_limits<double>::quiet_NaN());
  for (const sample* each : samples)
    if (each->repetition < repetitions) values[each->repetition] = each->value;
  out.open('[');
  for (const double each : values) write_number(out, each);
  out.close();
}

// A column a metric.
void write_values(json_writer& out, const benchmark_run& run) {
  std::vector<json_writer> columns(run.metrics.size());
  std::vector<std::vector<const sample*>> of_row(run.metrics.size());
  for (json_writer& column : columns) column.open('[');
  for (const benchmark_row& row : run.rows) {
    for (auto& each : of_row) each.clear();
    for (const sample& each : row.samples) of_row[each.metric].push_back(&each);
    for (std::size_t i = 0; i < columns.size(); ++i)
      write_value(columns[i], of_row[i], row.repetitions);
  }
  out.array("values", columns, [&](json_writer& column) {
    column.close();
    out.json(column.take());
  });
}

// The parts of names, a dictionary a key: {"type": {"values": ["fp32"], "of": [0, 0, -1]}}
void write_parts(json_writer& out, const benchmark_run& run) {
  struct column {
    std::map<std::string, int> codes;
    std::vector<std::string> values;
    std::vector<int> of;
  };
  std::vector<std::pair<std::string, column>> columns;
  for (std::size_t row = 0; row < run.rows.size(); ++row)
    for (auto& [key, value] : split_name(run.rows[row].name).keyed()) {
      auto found = std::ranges::find(columns, key, &std::pair<std::string, column>::first);
      if (found == columns.end())
        found =
            columns.insert(columns.end(), {key, {{}, {}, std::vector<int>(run.rows.size(), -1)}});
      column& column = found->second;
      const auto [code, is_new] =
          column.codes.emplace(value, static_cast<int>(column.values.size()));
      if (is_new) column.values.push_back(value);
      column.of[row] = code->second;
    }
  out.key("parts");
  out.open('{');
  for (const auto& [key, column] : columns) {
    out.key(key);
    out.open('{');
    out.array("values", column.values);
    out.array("of", column.of);
    out.close();
  }
  out.close();
}

void write_rows(json_writer& out, const std::vector<benchmark_row>& rows) {
  // What some rows have: each with its row's place.
  const auto array_of_texts = [&](const char* key, std::string benchmark_row::*text) {
    out.key(key);
    out.open('[');
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if ((rows[i].*text).empty()) continue;
      out.open('[');
      out.value(i);
      out.value(rows[i].*text);
      out.close();
    }
    out.close();
  };
  std::vector<std::size_t> aggregated;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].aggregated) aggregated.push_back(i);
  out.key("rows");
  out.open('{');
  out.array("name", rows, [&](const benchmark_row& row) { out.value(row.name); });
  out.array("outcome", rows,
            [&](const benchmark_row& row) { out.value(static_cast<int>(row.outcome)); });
  out.array("repetitions", rows, [&](const benchmark_row& row) { out.value(row.repetitions); });
  array_of_texts("message", &benchmark_row::message);
  array_of_texts("label", &benchmark_row::label);
  out.array("aggregated", aggregated);
  out.close();
}

void write_run(json_writer& out, const benchmark_run& run) {
  out.open('{');
  out.fields("path", run.path.substr(run.path.rfind('/') + 1));
  out.key("context");
  out.json(run.context_json());
  out.array("warnings", run.warnings);
  out.array("metrics", run.metrics, [&](const metric& each) {
    out.object("name", each.name, "unit", each.unit, "better", better_text(each.direction), "exact",
               each.exact, "meaning", meaning_of(each.name));
  });
  write_rows(out, run.rows);
  write_parts(out, run);
  write_values(out, run);
  out.close();
}

void write_comparison(json_writer& out, const page_comparison& compared) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto number = [&](const char* key, double value) {
    out.key(key);
    write_number(out, value);
  };
  out.open('{');
  out.fields("noise", compared.noise, "other_study", compared.other_study);
  number("geometric_mean", compared.result.geometric_mean.value_or(none));
  out.array("rows", compared.result.rows, [&](const compared_row& row) {
    out.open('{');
    out.fields("name", row.name, "verdict", name(row.verdict));
    number("ratio", row.time.ratio);
    number("low", row.time.bounds ? row.time.bounds->low : none);
    number("high", row.time.bounds ? row.time.bounds->high : none);
    out.array("counters", row.exact, [&](const exact_change& each) {
      if (each.verdict == counter_verdict::equal) return;
      out.open('{');
      out.fields("metric", each.what.name);
      number("base", each.base);
      number("contender", each.contender);
      out.fields("verdict", name(each.verdict));
      out.close();
    });
    out.array("lost", row.lost);
    out.close();
  });
  out.array("unpaired", compared.result.unpaired, [&](const unpaired_row& row) {
    out.object("name", row.name, "reason", row.reason, "lost", row.lost);
  });
  out.array("differences", compared.differences, [&](const context_difference& each) {
    out.object("key", each.key, "base", each.base, "contender", each.contender);
  });
  out.close();
}

}  // namespace

std::string page_data(const page_request& request) {
  json_writer out;
  out.open('{');
  out.fields("title", request.title, "view", request.view);
  out.array("operations", names_of<operation>);
  out.array("methods", names_of<method>);
  out.array("types", names_of<element_type>);
  out.array("runs", request.runs, [&](const benchmark_run& run) { write_run(out, run); });
  out.key("comparison");
  if (request.compared)
    write_comparison(out, *request.compared);
  else
    out.value(nullptr);
  out.close();
  return out.take();
}

}  // namespace permdelta

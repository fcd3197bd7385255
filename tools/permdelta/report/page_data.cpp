#include "tools/permdelta/report/page_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "kernels/names.hpp"
#include "run/counters.hpp"
#include "run/name_parts.hpp"
#include "tools/permdelta/better_text.hpp"

namespace permdelta {
namespace {

using json = nlohmann::ordered_json;

// Whole numbers as such: `128` instead of `128.0`, a million times.
json number(double value) {
  constexpr double first_gap = 0x1p53;
  if (!std::isfinite(value)) return nullptr;
  if (value == std::trunc(value) && std::abs(value) < first_gap && !std::signbit(value))
    return static_cast<std::int64_t>(value);
  return value;
}

std::string_view meaning_of(std::string_view metric) noexcept {
  const auto* const found = std::ranges::find(counters::all, metric, &counter::name);
  return found == counters::all.end() ? std::string_view{} : found->meaning;
}

json metrics_of(const benchmark_run& run) {
  json all = json::array();
  for (const metric& each : run.metrics)
    all.push_back({{"name", each.name},
                   {"unit", each.unit},
                   {"better", better_text(each.direction)},
                   {"exact", each.exact},
                   {"meaning", meaning_of(each.name)}});
  return all;
}

// One number where all repetitions have the same, null where none has any.
json value_of(const std::vector<const sample*>& samples, std::uint32_t repetitions) {
  if (samples.empty()) return nullptr;
  const bool is_complete = samples.size() == repetitions;
  const bool is_one = std::ranges::all_of(
      samples, [&](const sample* each) { return each->value == samples.front()->value; });
  if (repetitions <= 1 || (is_complete && is_one)) return number(samples.front()->value);
  std::vector<json> values(repetitions);
  for (const sample* each : samples)
    if (each->repetition < repetitions) values[each->repetition] = number(each->value);
  return values;
}

json values_of(const benchmark_run& run) {
  std::vector<json> columns(run.metrics.size(), json::array());
  std::vector<std::vector<const sample*>> of_row(run.metrics.size());
  for (const benchmark_row& row : run.rows) {
    for (auto& each : of_row) each.clear();
    for (const sample& each : row.samples) of_row[each.metric].push_back(&each);
    for (std::size_t i = 0; i < columns.size(); ++i)
      columns[i].push_back(value_of(of_row[i], row.repetitions));
  }
  return columns;
}

// The parts of names, a dictionary a key: {"type": {"values": ["fp32"], "of": [0, 0, -1]}}
json parts_of(const benchmark_run& run) {
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
  json all = json::object();
  for (const auto& [key, column] : columns)
    all[key] = {{"values", column.values}, {"of", column.of}};
  return all;
}

json rows_of(const benchmark_run& run) {
  json names = json::array();
  json outcomes = json::array();
  json repetitions = json::array();
  json messages = json::array();
  json labels = json::array();
  json aggregated = json::array();
  for (std::size_t i = 0; i < run.rows.size(); ++i) {
    const benchmark_row& row = run.rows[i];
    names.push_back(row.name);
    outcomes.push_back(static_cast<int>(row.outcome));
    repetitions.push_back(row.repetitions);
    if (!row.message.empty()) messages.push_back({i, row.message});
    if (!row.label.empty()) labels.push_back({i, row.label});
    if (row.aggregated) aggregated.push_back(i);
  }
  return {{"name", names},       {"outcome", outcomes}, {"repetitions", repetitions},
          {"message", messages}, {"label", labels},     {"aggregated", aggregated}};
}

json run_data(const benchmark_run& run) {
  return {{"path", std::filesystem::path(run.path).filename().string()},
          {"context", run.context},
          {"warnings", run.warnings},
          {"metrics", metrics_of(run)},
          {"rows", rows_of(run)},
          {"parts", parts_of(run)},
          {"values", values_of(run)}};
}

json comparison_data(const page_comparison& compared) {
  json rows = json::array();
  for (const compared_row& row : compared.result.rows) {
    json changed = json::array();
    for (const exact_change& each : row.exact)
      if (each.verdict != counter_verdict::equal)
        changed.push_back({{"metric", each.what.name},
                           {"base", number(each.base)},
                           {"contender", number(each.contender)},
                           {"verdict", name(each.verdict)}});
    rows.push_back({{"name", row.name},
                    {"verdict", name(row.verdict)},
                    {"ratio", number(row.time.ratio)},
                    {"low", row.time.p ? number(row.time.bounds.low) : json(nullptr)},
                    {"high", row.time.p ? number(row.time.bounds.high) : json(nullptr)},
                    {"counters", changed},
                    {"lost", row.lost}});
  }
  json unpaired = json::array();
  for (const unpaired_row& row : compared.result.unpaired)
    unpaired.push_back({{"name", row.name}, {"reason", row.reason}, {"lost", row.lost}});
  json differences = json::array();
  for (const context_difference& each : compared.differences)
    differences.push_back({{"key", each.key}, {"base", each.base}, {"contender", each.contender}});
  const auto& mean = compared.result.geometric_mean;
  return {{"noise", compared.noise},
          {"other_study", compared.other_study},
          {"geometric_mean", mean ? number(*mean) : json(nullptr)},
          {"rows", rows},
          {"unpaired", unpaired},
          {"differences", differences}};
}

}  // namespace

json page_data(const page_request& request) {
  json runs = json::array();
  for (const benchmark_run& run : request.runs) runs.push_back(run_data(run));
  return {{"title", request.title},
          {"view", request.view},
          {"operations", names_of<operation>},
          {"methods", names_of<method>},
          {"types", names_of<element_type>},
          {"runs", runs},
          {"comparison", request.compared ? comparison_data(*request.compared) : json(nullptr)}};
}

}  // namespace permdelta

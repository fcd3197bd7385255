#pragma once

/// Runs of rows with the numbers of a test, and tables as texts to compare.

#include <string>
#include <string_view>
#include <vector>

#include "run/read.hpp"
#include "tools/permdelta/table.hpp"
#include "tools/permdelta/tables/our_rows.hpp"

namespace permdelta::test {

/// A row with `fields`, such as `"cpu_time": 3`.
inline std::string row(std::string_view name, std::string_view fields = {}) {
  return "{\"name\": \"" + std::string(name) + "\"" + (fields.empty() ? "" : ", ") +
         std::string(fields) + "}";
}

inline std::string failed(std::string_view name) {
  return row(name, R"("error_occurred": true, "error_message": "too large")");
}
inline std::string skipped(std::string_view name) {
  return row(name, R"("skipped": true, "skip_message": "too large")");
}

inline benchmark_run run_of(const std::vector<std::string>& rows) {
  std::string text = R"({"context": {"distributions": "normal fixed pareto"}, "benchmarks": [)";
  const char* separator = "";
  for (const std::string& each : rows) {
    text += separator + each;
    separator = ",\n";
  }
  return parse_run(text + "]}", "run.json");
}

inline our_rows all_of(const benchmark_run& run) {
  return find_our_rows(run, name_filter("--filter", ""));
}

using lines = std::vector<std::vector<std::string>>;

/// Heads and rows.
inline lines lines_of(const table& what) {
  lines all{what.heads};
  for (const auto& cells : what.rows) {
    all.emplace_back();
    for (const cell& each : cells) all.back().push_back(each.text);
  }
  return all;
}

}  // namespace permdelta::test

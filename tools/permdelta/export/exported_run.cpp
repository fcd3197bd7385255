#include "tools/permdelta/export/exported_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "common/json_writer.hpp"
#include "common/one_line.hpp"
#include "common/unique_names.hpp"
#include "common/usage_error.hpp"
#include "run/name_parts.hpp"
#include "tools/permdelta/export/timestamp.hpp"

namespace permdelta {
namespace {

constexpr std::array context_keys{"cpu_name", "isa", "compiler", "seed"};

// Columns of the tidy formats, and keys with a meaning of their own to Prometheus (`le`,
// `quantile`, `job`, `instance`) or InfluxDB (`time`).
unique_names reserved_keys() {
  return unique_names({"run",        "date",     "row",      "label",    "repetition",
                       "aggregated", "metric",   "value",    "unit",     "better",
                       "exact",      "counter",  "time",     "le",       "quantile",
                       "job",        "instance", "cpu_name", "compiler", "seed"});
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string legal_key(std::string_view key) {
  std::string legal;
  for (const char c : key) legal += is_letter(c) || (c >= '0' && c <= '9') ? c : '_';
  // Two underscores in front are Prometheus' own.
  return is_letter(legal.front()) ? legal : "x_" + legal;
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

void drop_what_is_not_finite(benchmark_run& run) {
  std::size_t dropped = 0;
  for (benchmark_row& row : run.rows)
    dropped +=
        std::erase_if(row.samples, [](const sample& each) { return !std::isfinite(each.value); });
  if (dropped > 0)
    run.warnings.push_back("'" + run.path +
                           "': " + counted(dropped, "number that is", "numbers that are") +
                           " not finite: left out");
}

void warn_of_rows_left_out(benchmark_run& run) {
  std::map<row_outcome, std::size_t> count;
  for (const benchmark_row& row : run.rows) ++count[row.outcome];
  const auto warn = [&](std::size_t rows, const char* what) {
    if (rows > 0)
      run.warnings.push_back("'" + run.path + "': " + counted(rows, "row", "rows") + ' ' + what +
                             ": left out");
  };
  warn(count[row_outcome::failed], "failed");
  warn(count[row_outcome::skipped], "skipped");
  if (count[row_outcome::finished] == 0)
    run.warnings.push_back("'" + run.path + "': nothing in it to export");
}

// The parts of all names, under legal keys, the same one for the same part.
void add_rows(exported_run& exported) {
  unique_names keys = reserved_keys();
  std::map<std::string, std::string> legal;
  std::set<std::vector<keyed_text>> seen;
  for (const benchmark_row& row : exported.run->rows) {
    if (row.outcome != row_outcome::finished) continue;
    exported_row& added = exported.rows.emplace_back(&row, split_name(row.name).keyed());
    for (auto& [key, value] : added.parts) {
      const auto [found, is_new] = legal.try_emplace(key);
      if (is_new) {
        found->second = keys.take(legal_key(key));
        exported.part_keys.push_back(found->second);
      }
      key = found->second;
      value = one_line(value);
    }
    // Of names that differ in the order of their axes, say, the second one comes in full.
    std::vector<keyed_text> sorted = added.parts;
    std::ranges::sort(sorted);
    if (!seen.insert(std::move(sorted)).second) {
      const auto [found, is_new] = legal.try_emplace("full_name:");  // no part is called so
      if (is_new) {
        found->second = keys.take("full_name");
        exported.part_keys.push_back(found->second);
      }
      added.parts.emplace_back(found->second, one_line(row.name));
    }
  }
}

void add_tag(exported_run& exported, const std::string& text, unique_names& taken) {
  const auto refuse = [&](const std::string& why) {
    throw usage_error("--tag: '" + text + "': " + why);
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse("no '='; allowed: KEY=VALUE");
  const std::string key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  const auto is_key_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (key.empty() || key.front() < 'a' || !std::ranges::all_of(key, is_key_character))
    refuse("the key may be lower-case letters, digits and '_', a letter first");
  if (value.empty()) refuse("the value is empty");
  if (value != one_line(value)) refuse("the value has control characters");
  if (!is_utf8(value)) refuse("the value is not valid UTF-8");
  if (taken.is_taken(key)) refuse("'" + key + "' is something else already");
  static_cast<void>(taken.take(key));
  exported.tags.emplace_back(key, value);
}

}  // namespace

std::string repetition_text(const benchmark_row& row, std::uint32_t repetition) {
  return row.aggregated ? "aggregate" : std::to_string(repetition);
}

exported_run make_exported_run(benchmark_run& run, const std::vector<std::string>& tags,
                               std::optional<std::int64_t> time) {
  drop_what_is_not_finite(run);
  warn_of_rows_left_out(run);
  exported_run exported;
  exported.run = &run;
  add_rows(exported);

  // A row's own instruction set says more than the list of all that were to run.
  const auto is_part = [&](const std::string& key) {
    return std::ranges::find(exported.part_keys, key) != exported.part_keys.end();
  };
  for (const std::string key : context_keys) {
    const context_entry* const found = run.find_context(key);
    if (found != nullptr && !found->plain.empty() && !is_part(key))
      exported.context.emplace_back(key, one_line(found->plain));
  }

  unique_names taken = reserved_keys();
  for (const std::string& key : exported.part_keys) static_cast<void>(taken.take(key));
  for (const auto& [key, value] : exported.context) static_cast<void>(taken.take(key));
  for (const std::string& tag : tags) add_tag(exported, tag, taken);

  exported.time = time;
  exported.is_time_given = time.has_value();
  if (const context_entry* const date = run.find_context("date"); !time && date != nullptr)
    exported.time = parse_timestamp(date->plain);
  return exported;
}

}  // namespace permdelta

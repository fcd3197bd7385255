#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/joined.hpp"
#include "common/name_filter.hpp"
#include "common/one_line.hpp"
#include "common/output_file.hpp"
#include "common/usage_error.hpp"
#include "run/read.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/open_output.hpp"
#include "tools/permdelta/subcommands.hpp"
#include "tools/permdelta/table.hpp"
#include "tools/permdelta/tables/leaderboard.hpp"
#include "tools/permdelta/tables/our_rows.hpp"
#include "tools/permdelta/tables/pivot.hpp"

namespace permdelta {

enum class table_kind : std::uint8_t { tables, summary, leaderboard };

template <>
inline constexpr std::array names_of<table_kind>{
    std::string_view{"tables"}, std::string_view{"summary"}, std::string_view{"leaderboard"}};
template <>
inline constexpr std::array names_of<table_format>{
    std::string_view{"text"}, std::string_view{"markdown"}, std::string_view{"csv"}};

namespace {

struct request {
  std::string run;
  std::optional<std::string> metric;
  std::optional<std::string> size;
  std::vector<std::string> only;
  std::string filter;
  std::string format = "text";
  std::optional<std::string> output;
};

std::vector<table_kind> chosen_kinds(const request& request) {
  std::vector<table_kind> kinds;
  for (const std::string& each : request.only) kinds.push_back(chosen<table_kind>("--only", each));
  if (kinds.empty()) kinds = {table_kind::tables, table_kind::summary, table_kind::leaderboard};
  std::ranges::sort(kinds);
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

our_rows chosen_rows(const request& request, const benchmark_run& run) {
  our_rows ours = find_our_rows(run, name_filter("--filter", request.filter));
  const std::string of_all = "of the " + std::to_string(run.rows.size()) + " rows of '" + run.path;
  if (ours.strangers == run.rows.size())
    throw usage_error("none " + of_all +
                      "' has a name like operation/method/type/distribution/n:N");
  if (ours.rows.empty())
    throw usage_error("--filter: none " + of_all + "' matches '" + request.filter + "'");
  return ours;
}

// One that a row has; if no row finished, any: there are errors to show.
std::uint32_t chosen_metric(const request& request, benchmark_run& run, const our_rows& ours) {
  std::vector<bool> had(run.metrics.size());
  bool finished = false;
  for (const our_row& each : ours.rows) {
    finished = finished || each.row->outcome == row_outcome::finished;
    for (const sample& number : each.row->samples) had[number.metric] = true;
  }
  const std::string name = request.metric.value_or(std::string(counters::max_perm_delta.name));
  const std::uint32_t metric = run.find(name);
  if (metric < had.size() && (had[metric] || !finished)) return metric;
  if (!finished) {
    run.metrics.push_back(metric_of(name));
    return metric;
  }
  std::string line = "--metric: no row has '" + name + "'; there are";
  const char* separator = ": ";
  for (std::size_t i = 0; i < had.size(); ++i)
    if (had[i]) line += std::exchange(separator, ", ") + run.metrics[i].name;
  throw usage_error(line);
}

std::size_t chosen_size(const request& request, const our_rows& ours) {
  const auto counts = row_counts(ours);
  if (!request.size) return usual_size(counts);
  std::string_view text = *request.size;
  if (text.starts_with("n=")) text.remove_prefix(2);
  std::size_t n = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error == std::errc{} && stop == text.data() + text.size() && counts.contains(n)) return n;
  std::string line = "--at: no row has the size '" + *request.size + "'; there are";
  const char* separator = ": ";
  for (const auto& [size, count] : counts)
    line += std::exchange(separator, ", ") + std::to_string(size);
  throw usage_error(line);
}

keyed_tables tables_of(table_kind kind, const request& request, benchmark_run& run,
                       const our_rows& ours, reader whose) {
  switch (kind) {
    case table_kind::tables:
      return tables_by_size(run, ours, chosen_metric(request, run, ours), whose);
    case table_kind::summary:
      return summaries(run, ours, chosen_metric(request, run, ours), whose);
    case table_kind::leaderboard:
      return leaderboards(run, ours, chosen_size(request, ours), whose);
  }
  __builtin_unreachable();
}

void tables(const request& request) {
  const std::vector<table_kind> kinds = chosen_kinds(request);
  const auto format = chosen<table_format>("--format", request.format);
  const bool has_leaderboard = std::ranges::count(kinds, table_kind::leaderboard) > 0;
  if (request.size && !has_leaderboard)
    throw usage_error("--at: it is the leaderboard's, which --only leaves out");
  if (request.metric && has_leaderboard && kinds.size() == 1)
    throw usage_error("--metric: it is not the leaderboard's, and --only leaves out all else");
  const bool csv = format == table_format::csv;
  if (csv && kinds.size() != 1)
    throw usage_error("--format: csv has one kind of table in a file; choose one by --only: " +
                      joined(names_of<table_kind>));

  benchmark_run run = read_run(request.run);
  const our_rows ours = chosen_rows(request, run);
  std::vector<keyed_tables> made;
  for (const table_kind kind : kinds)
    made.push_back(tables_of(kind, request, run, ours, csv ? reader::machine : reader::person));

  for (const std::string& each : run.warnings) warn(each);
  if (ours.strangers > 0)
    warn("'" + run.path + "': " + std::to_string(ours.strangers) + " of " +
         std::to_string(run.rows.size()) + " rows have names unlike ours and are left out");
  warn(disagreement(run, ours));

  std::optional<output_file> file;
  if (request.output) open_beside_inputs(file, *request.output, {run.path});
  std::ostream& out = file ? file->stream() : std::cout;
  const char* separator = "";
  for (const keyed_tables& all : made) {
    if (csv) {
      write(out, merged(all), format);
      continue;
    }
    for (const keyed_table& each : all.tables) {
      out << std::exchange(separator, "\n");
      write(out, each.body, format);
    }
  }
  if (file) file->commit();
}

}  // namespace

subcommand tables_command() {
  const auto read = std::make_shared<request>();
  return {
      .name = "tables",
      .meaning = "a run as tables, a summary and leaderboards",
      .flags =
          {{"RUN.json", &read->run, "what --benchmark_out of bench wrote", "", {.required = true}},
           {"--metric", &read->metric,
            "what the tables and the summary show; " + std::string(counters::max_perm_delta.name) +
                " if not given",
            "NAME"},
           {"--at", &read->size,
            "the leaderboards' size; the largest that most rows have if not given", "N"},
           {"--only", &read->only, joined(names_of<table_kind>) + "; may be repeated", "KIND"},
           {"--filter", &read->filter, "rows by name, as --benchmark_filter has it", "REGEX"},
           {"--format",
            &read->format,
            joined(names_of<table_format>),
            "NAME",
            {.shows_default = true}},
           {"-o,--output", &read->output, "write here, instead of printing", "FILE"}},
      .footer =
          "tables: a metric by size and element type, for each operation, method and "
          "distribution.\n"
          "summary: its largest over the sizes, by distribution and element type.\n"
          "leaderboard: all methods at one size, the fastest first.\n"
          "Of several repetitions the median. CSV has all digits, basic units, an empty field "
          "where\n"
          "there is no number, and one kind of table, in which the first columns say which it is.",
      .run = [read] { tables(*read); }};
}

}  // namespace permdelta

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/one_line.hpp"
#include "common/output_file.hpp"
#include "common/usage_error.hpp"
#include "run/read.hpp"
#include "tools/permdelta/export/format.hpp"
#include "tools/permdelta/export/timestamp.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/open_output.hpp"
#include "tools/permdelta/subcommands.hpp"

namespace permdelta {
namespace {

struct request {
  std::string run;
  std::string format;
  std::optional<std::string> output;
  std::optional<std::string> timestamp;
  std::vector<std::string> tags;
};

// The names of the formats for which `condition` holds.
template <class Condition>
std::string format_names(Condition condition) {
  std::string names;
  for (const export_format& each : export_formats)
    if (condition(each)) names.append(names.empty() ? "" : ", ").append(each.name);
  return names;
}

const export_format& chosen_format(const std::string& name) {
  const auto* const found = std::ranges::find(export_formats, name, &export_format::name);
  if (found != export_formats.end()) return *found;
  throw usage_error("--to: unknown format '" + name +
                    "'; allowed: " + format_names([](const export_format&) { return true; }));
}

std::optional<std::int64_t> chosen_time(const request& request, const export_format& format) {
  if (!request.timestamp) return {};
  if (format.time == time_use::none)
    throw usage_error("--timestamp: " + request.format +
                      " has no time; these have: " + format_names([](const export_format& each) {
                        return each.time != time_use::none;
                      }));
  if (const auto time = parse_timestamp(*request.timestamp)) return time;
  throw usage_error("--timestamp: '" + *request.timestamp +
                    "' is none; allowed: seconds since 1970, or 2026-11-23T01:32:38Z");
}

void export_run(const request& request) {
  const export_format& format = chosen_format(request.format);
  const auto time = chosen_time(request, format);
  if (!format.has_tags && !request.tags.empty())
    throw usage_error("--tag: " + request.format + " has no tags; these have: " +
                      format_names([](const export_format& each) { return each.has_tags; }));
  benchmark_run run = read_run(request.run);
  const exported_run exported = make_exported_run(run, request.tags, time);
  if (format.time == time_use::needed && !exported.time)
    throw usage_error("'" + request.run + "': its context has no date, and " + request.format +
                      " needs one; allowed: --timestamp");
  std::optional<output_file> file;
  if (request.output) open_beside_inputs(file, *request.output, {request.run});

  for (const std::string& each : run.warnings) warn(each);
  format.write(exported, file ? file->stream() : std::cout);
  if (file) file->commit();
}

std::string described_formats() {
  std::string text = "Formats:\n";
  for (const export_format& each : export_formats) {
    std::string line = "  " + std::string(each.name);
    line.resize(18, ' ');
    text += line.append(each.meaning) + '\n';
  }
  return text;
}

}  // namespace

subcommand export_command() {
  const auto read = std::make_shared<request>();
  return {
      .name = "export",
      .meaning = "a run's numbers in the formats of other programs",
      .flags = {{"RUN.json",
                 &read->run,
                 "what Google Benchmark wrote, anybody's",
                 "",
                 {.required = true}},
                {"--to", &read->format, "the format, of those below", "FORMAT", {.required = true}},
                {"-o,--output", &read->output, "write here instead of to standard output", "FILE"},
                {"--timestamp", &read->timestamp,
                 "when it ran, instead of the run's own date: seconds since 1970 or ISO 8601",
                 "TIME"},
                {"--tag", &read->tags, "a label on every number, such as commit=1a2b3c; repeat",
                 "KEY=VALUE"}},
      .footer = described_formats() +
                "\nRows that failed or were skipped are left out, and a warning says how many.",
      .run = [read] { export_run(*read); }};
}

}  // namespace permdelta

#include "bench/reporter/console.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string_view>
#include <utility>

#include "bench/reporter/run_view.hpp"
#include "run/counters.hpp"
#include "run/display.hpp"
#include "run/row_name.hpp"

namespace permdelta {
namespace {

struct column {
  std::string_view top, bottom;  ///< the header's two lines
  std::size_t width;
  std::string_view counter;  ///< what it shows; empty for the time
  std::string (*text)(double);
};

constexpr std::array<column, 6> columns{{
    {"", "cpu time", 9, "", nullptr},
    {"", "GB/s", 6, counters::bytes_per_second.name, gigabytes},
    {"max perm", "delta", 9, counters::max_perm_delta.name, scientific},
    {"perm delta", "ulp", 10, counters::perm_delta_ulp.name, compact},
    {"distinct", "results", 8, counters::distinct_results.name, count_text},
    {"max error", "ulp", 9, counters::max_error_ulp.name, compact},
}};

constexpr std::string_view absent = "-";

std::string percent(double share) {
  return fmt::format("{:.3g}%", 100 * share);
}

// In the unit that was asked for, or in the fitting one where that is the default, nanoseconds.
std::string time_text(const run_view& seen, benchmark::TimeUnit unit) {
  const double value = seen.judged_time;
  if (!std::isfinite(value)) return std::string(absent);
  if (seen.is_fraction) return percent(value);
  if (unit == benchmark::kNanosecond) return duration(value);
  return fmt::format("{} {:<2}", significant(value, 4), benchmark::GetTimeUnitString(unit));
}

std::string counter_text(const run_view& seen, const benchmark::UserCounters& all,
                         const column& shown) {
  const auto found = all.find(std::string(shown.counter));
  if (found == all.end() || !std::isfinite(found->second.value)) return std::string(absent);
  return seen.is_fraction ? percent(found->second.value) : shown.text(found->second.value);
}

// What has no column: counters of other people, complexity, label.
std::string remarks(const run_view& seen, const benchmark::BenchmarkReporter::Run& run) {
  std::string text;
  for (const auto& [name, counter] : run.counters) {
    if (std::ranges::find(counters::all, name, &counter::name) != counters::all.end()) continue;
    if (name.starts_with(counters::layer_prefix)) continue;
    if (!std::isfinite(counter.value)) continue;
    text += fmt::format("  {}={}", name,
                        seen.is_fraction ? percent(counter.value) : compact(counter.value));
  }
  if (!seen.complexity.empty()) text += "  big_o=" + seen.complexity;
  if (!run.report_label.empty()) text += "  " + run.report_label;
  return text;
}

// Rows of a group are meant to be compared with each other; a blank line sets it apart.
std::string group_of(const std::string& row) {
  if (const auto parts = parse_row_name(row))
    return parts->operation + '/' + parts->type + '/' + parts->distribution;
  return row.substr(0, row.find('/'));
}

}  // namespace

console_reporter::console_reporter(std::ostream& out, output_hooks hooks)
    : out_(out), hooks_(std::move(hooks)) {}

bool console_reporter::ReportContext(const Context& context) {
  constexpr std::string_view title = "benchmark";
  name_width_ = std::max(context.name_field_width, title.size());
  std::string top(name_width_, ' ');
  std::string bottom = fmt::format("{:<{}}", title, name_width_);
  for (const column& each : columns) {
    top += fmt::format("  {:>{}}", each.top, each.width);
    bottom += fmt::format("  {:>{}}", each.bottom, each.width);
  }
  between_hooks([&] {
    out_ << top << '\n' << bottom << '\n' << std::string(bottom.size(), '-') << '\n';
  });
  return true;
}

void console_reporter::ReportRuns(const std::vector<Run>& runs) {
  between_hooks([&] {
    for (const Run& run : runs) print(run);
  });
}

void console_reporter::between_hooks(const std::function<void()>& print_lines) {
  if (hooks_.before) hooks_.before();
  print_lines();
  out_.flush();
  if (hooks_.after) hooks_.after();
}

void console_reporter::print(const Run& run) {
  const run_view seen = view(run);
  const std::string group = group_of(seen.row);
  if (!group_.empty() && group != group_) out_ << '\n';
  group_ = group;

  out_ << fmt::format("{:<{}}", seen.name, name_width_);
  if (seen.outcome == run_outcome::finished) {
    for (const column& each : columns)
      out_ << fmt::format("  {:>{}}",
                          each.text == nullptr ? time_text(seen, run.time_unit)
                                               : counter_text(seen, run.counters, each),
                          each.width);
    out_ << remarks(seen, run);
  } else {
    out_ << (seen.outcome == run_outcome::failed ? "  ERROR: " : "  SKIPPED: ") << seen.message;
  }
  out_ << '\n';
}

}  // namespace permdelta

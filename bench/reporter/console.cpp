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
#include "run/row_name.hpp"

namespace permdelta {
namespace {

// `value` with so many significant digits, trailing zeros kept so that a column lines up, and
// without an exponent.
std::string significant(double value, int digits) {
  if (value == 0) return "0";
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return fmt::format("{:.{}f}", value, std::clamp(digits - 1 - exponent, 0, 3));
}

std::string gigabytes(double bytes) {
  return significant(bytes / 1e9, 3);
}
std::string scientific(double value) {
  return value == 0 ? "0" : fmt::format("{:.2e}", value);
}
// Whole numbers whole, as long as they fit.
std::string compact(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < 1e5;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}
std::string count(double value) {
  return fmt::format("{:.6g}", value);
}

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
    {"distinct", "results", 8, counters::distinct_results.name, count},
    {"max error", "ulp", 9, counters::max_error_ulp.name, compact},
}};

constexpr std::string_view absent = "-";

std::string percent(double share) {
  return fmt::format("{:.3g}%", 100 * share);
}

// In the unit that was asked for, or in the fitting one where that is the default, nanoseconds.
std::string time_text(const run_view& seen, benchmark::TimeUnit unit) {
  double value = seen.judged_time;
  if (!std::isfinite(value)) return std::string(absent);
  if (seen.is_fraction) return percent(value);
  if (unit == benchmark::kNanosecond) {
    constexpr double next_unit = 999.95;  // what four digits would round up to 1000
    for (const auto larger :
         {benchmark::kMicrosecond, benchmark::kMillisecond, benchmark::kSecond}) {
      if (std::abs(value) < next_unit) break;
      value /= 1000;
      unit = larger;
    }
  }
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

/// Go's benchmark format, <https://go.dev/design/14313-benchmark-format>, with the `Unit` lines of
/// golang.org/x/perf/benchfmt: what benchstat reads.
///
/// benchstat makes a table of its own for each configuration, so the lines of configuration are
/// what makes runs incomparable: the processor and the compiler, not the date or the load.

#include <algorithm>
#include <array>
#include <ostream>

#include "common/one_line.hpp"
#include "common/unique_names.hpp"
#include "run/display.hpp"
#include "tools/permdelta/export/format.hpp"

namespace permdelta {
namespace {

// Of the context: another one every time, or nothing that a number depends on.
constexpr std::array passing{"date",
                             "host_name",
                             "executable",
                             "mhz_per_cpu",
                             "cpu_scaling_enabled",
                             "load_avg",
                             "aslr_enabled",
                             "json_schema_version",
                             "bandwidth_GB_per_s",
                             "loop_overhead_ns",
                             "isas_compiled",
                             "isas_runnable",
                             "library_version",
                             "library_build_type"};

// The code points above ASCII that end a word in Go, as UTF-8.
constexpr std::array<std::string_view, 19> wide_blanks{
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

// One word of one line: blanks become `_`.
std::string word(std::string_view text) {
  std::string all = one_line(text);
  std::ranges::replace(all, ' ', '_');
  for (const std::string_view blank : wide_blanks)
    for (std::size_t at = 0; (at = all.find(blank, at)) != std::string::npos;)
      all.replace(at, blank.size(), "_");
  return all;
}

// Go wants an upper-case letter behind `Benchmark`.
std::string capitalised(std::string text) {
  if (text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text.front() >= 'A' && text.front() <= 'Z' ? text : "X" + text;
}

std::string name_of(const exported_row& row) {
  std::string name = "Benchmark" + capitalised(word(row.parts.front().second));
  for (std::size_t i = 1; i < row.parts.size(); ++i) {
    const auto& [key, value] = row.parts[i];
    std::string text = word(value);
    std::ranges::replace(text, '/', '_');
    name += '/' + (key == "distribution" ? "dist" : key) + '=' + text;
  }
  return name;
}

// Of digits behind a `-` Go thinks that they are a number of processors; no number means one.
std::string with_processors(const std::string& name) {
  const std::size_t end = name.find_last_not_of("0123456789");
  return end + 1 < name.size() && name[end] == '-' ? name + "-1" : name;
}

// A unit of its own for each metric but the iterations, and but for the clock by which a row is not
// judged.
class unit_names {
 public:
  explicit unit_names(const benchmark_run& run) {
    unique_names names({"ns/op", "B/s", "elems/s"});
    for (const metric& each : run.metrics) {
      if (each.name == counters::bytes_per_second.name) {
        units_.emplace_back("B/s");
      } else if (each.name == counters::items_per_second.name) {
        units_.emplace_back("elems/s");
      } else {
        // Go takes units apart at these, and puts `B` for `MB`.
        std::string unit = word(each.name);
        for (const char c : {'*', '/', '-'}) std::ranges::replace(unit, c, '_');
        units_.push_back(names.take(unit));
      }
    }
    units_[real_time_metric] = units_[cpu_time_metric] = "ns/op";
  }

  [[nodiscard]] const std::string& operator[](std::uint32_t metric) const { return units_[metric]; }

 private:
  std::vector<std::string> units_;
};

void write_configuration(const exported_run& exported, std::ostream& out) {
  unique_names keys;
  for (const auto& [name, json, text] : exported.run->context) {
    if (text.empty() || std::ranges::find(passing, name) != passing.end()) continue;
    std::string key = word(name);
    for (char& c : key)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    std::erase_if(key, [](char c) { return c == ':' || static_cast<unsigned char>(c) >= 0x80; });
    if (key.empty() || key.front() < 'a' || key.front() > 'z') key = "x_" + key;
    out << keys.take(key) << ": " << one_line(text) << '\n';
  }
  for (const auto& [key, value] : exported.tags) out << keys.take(key) << ": " << value << '\n';
}

bool is_written(const benchmark_row& row, const sample& each) {
  if (each.metric == iterations_metric) return false;
  const bool is_time = each.metric == real_time_metric || each.metric == cpu_time_metric;
  return !is_time || each.metric == judged_time(row);
}

void write_units(const exported_run& exported, const unit_names& units, std::ostream& out) {
  std::vector<bool> is_used(exported.run->metrics.size());
  for (const exported_row& row : exported.rows)
    for (const sample& each : row.row->samples)
      if (is_written(*row.row, each)) is_used[each.metric] = true;
  if (is_used[real_time_metric]) is_used[cpu_time_metric] = false;  // one unit for both
  for (std::uint32_t i = 0; i < is_used.size(); ++i) {
    if (!is_used[i]) continue;
    const metric& metric = exported.run->metrics[i];
    out << "Unit " << units[i];
    if (const std::string_view better = better_text(metric.direction); !better.empty())
      out << " better=" << better;
    out << " assume=" << (metric.exact ? "exact" : "nothing") << '\n';
  }
}

// Of the repetition; 1 if it has no such number.
std::string iterations_of(std::span<const sample> samples) {
  for (const sample& each : samples)
    if (each.metric == iterations_metric && each.value >= 1 && each.value < 0x1p53)
      return std::to_string(static_cast<std::int64_t>(each.value));
  return "1";
}

}  // namespace

void write_benchfmt(const exported_run& exported, std::ostream& out) {
  const unit_names units(*exported.run);
  write_configuration(exported, out);
  write_units(exported, units, out);
  unique_names names;
  for (const exported_row& row : exported.rows) {
    const std::string name = with_processors(names.take(name_of(row)));
    for_each_repetition(*row.row, [&](std::uint32_t, std::span<const sample> samples) {
      std::string values;
      for (const sample& each : samples)
        if (is_written(*row.row, each))
          values += ' ' + shortest(each.value) + ' ' + units[each.metric];
      if (!values.empty()) out << name << ' ' << iterations_of(samples) << values << '\n';
    });
  }
}

}  // namespace permdelta

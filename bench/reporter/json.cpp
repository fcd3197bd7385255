#include "bench/reporter/json.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "bench/reporter/run_view.hpp"
#include "common/local_time.hpp"

namespace permdelta {
namespace {

// Every field the schema has, whether or not this run has it: a name is spelled alike on every
// row and machine.
constexpr std::string_view context_fields[]{
    "date",        "host_name",           "executable",         "num_cpus",
    "mhz_per_cpu", "cpu_scaling_enabled", "aslr_enabled",       "caches",
    "load_avg",    "library_build_type",  "json_schema_version"};
constexpr std::string_view row_fields[]{"name",
                                        "family_index",
                                        "per_family_instance_index",
                                        "run_name",
                                        "run_type",
                                        "repetitions",
                                        "repetition_index",
                                        "threads",
                                        "aggregate_name",
                                        "aggregate_unit",
                                        "error_occurred",
                                        "error_message",
                                        "skipped",
                                        "skip_message",
                                        "iterations",
                                        "real_time",
                                        "cpu_time",
                                        "time_unit",
                                        "cpu_coefficient",
                                        "real_coefficient",
                                        "big_o",
                                        "rms",
                                        "label"};

// `name`, prefixed until it is neither a field nor the name of another.
template <class Fields, class IsTaken>
std::string unreserved(std::string name, const Fields& fields, IsTaken is_taken) {
  if (std::ranges::find(fields, name) == std::ranges::end(fields)) return name;
  do {
    name.insert(0, "user_");
  } while (is_taken(name));
  return name;
}

void put(json_writer& json, std::string_view key, double value) {
  if (std::isfinite(value)) json.fields(key, value);
}

// The library tells how it was built in its banner only.
bool is_debug_library(const benchmark::BenchmarkReporter::Context& context) {
  std::ostringstream banner;
  benchmark::BenchmarkReporter::PrintBasicContext(&banner, context);
  return banner.str().find("built as DEBUG") != std::string::npos;
}

template <class System>
void put_aslr(json_writer& json, const System& system) {
  if constexpr (requires { system.ASLRStatus; }) {
    using state = std::remove_cvref_t<decltype(system.ASLRStatus)>;
    if (system.ASLRStatus != state::UNKNOWN)
      json.fields("aslr_enabled", system.ASLRStatus == state::ENABLED);
  }
}

void describe(json_writer& json, const benchmark::BenchmarkReporter::Context& context) {
  const benchmark::CPUInfo& cpu = context.cpu_info;
  json.fields("date", local_time(), "host_name", context.sys_info.name);
  if (context.executable_name != nullptr) json.fields("executable", context.executable_name);
  json.fields("num_cpus", cpu.num_cpus, "mhz_per_cpu", std::lround(cpu.cycles_per_second / 1e6));
  if (cpu.scaling != benchmark::CPUInfo::UNKNOWN)
    json.fields("cpu_scaling_enabled", cpu.scaling == benchmark::CPUInfo::ENABLED);
  put_aslr(json, context.sys_info);
  json.array("caches", cpu.caches, [&](const auto& cache) {
    json.object("type", cache.type, "level", cache.level, "size", cache.size, "num_sharing",
                cache.num_sharing);
  });
  json.array("load_avg", cpu.load_avg);
  json.fields("library_build_type", is_debug_library(context) ? "debug" : "release",
              "json_schema_version", 1);
}

std::string describe(const benchmark::BenchmarkReporter::Run& run) {
  const run_view seen = view(run);
  const bool is_aggregate = run.run_type == benchmark::BenchmarkReporter::Run::RT_Aggregate;
  json_writer row;
  row.open('{');
  row.fields("name", seen.name, "family_index", run.family_index, "per_family_instance_index",
             run.per_family_instance_index, "run_name", run.run_name.str(), "run_type",
             is_aggregate ? "aggregate" : "iteration", "repetitions", run.repetitions);
  if (!is_aggregate) row.fields("repetition_index", run.repetition_index);
  row.fields("threads", run.threads);
  if (is_aggregate)
    row.fields("aggregate_name", run.aggregate_name, "aggregate_unit",
               seen.is_fraction ? "percentage" : "time");
  if (seen.outcome == run_outcome::failed)
    row.fields("error_occurred", true, "error_message", seen.message);
  else if (seen.outcome == run_outcome::skipped)
    row.fields("skipped", true, "skip_message", seen.message);
  if (run.report_big_o) {
    put(row, "cpu_coefficient", seen.cpu_time);
    put(row, "real_coefficient", seen.real_time);
    row.fields("big_o", seen.complexity);
  } else if (run.report_rms) {
    put(row, "rms", seen.cpu_time);
  } else {
    row.fields("iterations", run.iterations);
    put(row, "real_time", seen.real_time);
    put(row, "cpu_time", seen.cpu_time);
  }
  if (!run.report_rms) row.fields("time_unit", benchmark::GetTimeUnitString(run.time_unit));
  const auto is_counter = [&](const std::string& name) { return run.counters.contains(name); };
  for (const auto& [name, counter] : run.counters)
    put(row, unreserved(name, row_fields, is_counter), counter.value);
  if (!run.report_label.empty()) row.fields("label", run.report_label);
  row.close();
  return row.take();
}

}  // namespace

json_reporter::json_reporter(std::ostream& out, json_entries context)
    : out_(out), context_(std::move(context)) {}

bool json_reporter::ReportContext(const Context& context) {
  json_writer json(2);
  json.open('{');
  describe(json, context);
  const auto is_entry = [&](const std::string& name) {
    return std::ranges::find(context_, name, &std::pair<std::string, std::string>::first) !=
           context_.end();
  };
  for (const auto& [name, value] : context_) {
    json.key(unreserved(name, context_fields, is_entry));
    json.json(value);
  }
  json.close();
  out_ << "{\n\"context\": " << json.take() << ",\n\"benchmarks\": [" << std::flush;
  opened_ = true;
  return true;
}

void json_reporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    out_ << (has_rows_ ? ",\n" : "\n") << describe(run);
    has_rows_ = true;
  }
  out_ << std::flush;
}

void json_reporter::Finalize() {
  if (!opened_) ReportContext(Context{});
  out_ << "\n]\n}\n" << std::flush;
}

}  // namespace permdelta

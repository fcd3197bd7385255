#include "bench/reporter/run_view.hpp"

#include <type_traits>

namespace permdelta {
namespace {

// A template, so that the members of the other versions are never looked up.
template <class Run>
void read_outcome(const Run& run, run_view& seen) {
  if constexpr (requires { run.error_occurred; }) {
    if (run.error_occurred) seen.outcome = run_outcome::failed;
    seen.message = run.error_message;
  } else {
    using state = std::remove_cvref_t<decltype(run.skipped)>;
    if (run.skipped == state::SkippedWithError) seen.outcome = run_outcome::failed;
    if (run.skipped == state::SkippedWithMessage) seen.outcome = run_outcome::skipped;
    seen.message = run.skip_message;
  }
}

// The library's own spelling, which it keeps to itself.
std::string spelling(benchmark::BigO complexity) {
  switch (complexity) {
    case benchmark::o1:
      return "(1)";
    case benchmark::oN:
      return "N";
    case benchmark::oNSquared:
      return "N^2";
    case benchmark::oNCubed:
      return "N^3";
    case benchmark::oLogN:
      return "lgN";
    case benchmark::oNLogN:
      return "NlgN";
    default:
      return "f(N)";
  }
}

}  // namespace

run_view view(const benchmark::BenchmarkReporter::Run& run) {
  run_view seen;
  seen.name = run.benchmark_name();
  seen.row = run.run_name.function_name;
  if (!run.run_name.args.empty()) seen.row += '/' + run.run_name.args;
  read_outcome(run, seen);
  if (run.report_big_o) seen.complexity = spelling(run.complexity);

  seen.is_fraction = run.run_type == benchmark::BenchmarkReporter::Run::RT_Aggregate &&
                     run.aggregate_unit == benchmark::kPercentage;
  // A share is stored as it is, the root mean square of a complexity fit like a time.
  const bool as_stored = seen.is_fraction && !run.report_rms;
  seen.real_time = as_stored ? run.real_accumulated_time : run.GetAdjustedRealTime();
  seen.cpu_time = as_stored ? run.cpu_accumulated_time : run.GetAdjustedCPUTime();

  const std::string& clock = run.run_name.time_type;
  const bool by_wall_clock = clock.find("real_time") != std::string::npos ||
                             clock.find("manual_time") != std::string::npos;
  seen.judged_time = by_wall_clock ? seen.real_time : seen.cpu_time;
  return seen;
}

}  // namespace permdelta

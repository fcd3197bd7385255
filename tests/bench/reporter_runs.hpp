#pragma once

/// Runs made by hand, for the tests of the reporters, in every version of the library.

#include <benchmark/benchmark.h>

#include <string>
#include <type_traits>

namespace permdelta::testing {

using run = benchmark::BenchmarkReporter::Run;

/// One finished repetition of the benchmark `name` that took `seconds`.
inline run make_run(const std::string& name, double seconds = 1e-6) {
  run made;
  made.run_name.function_name = name;
  made.family_index = 3;
  made.per_family_instance_index = 1;
  made.repetition_index = 0;
  made.repetitions = 1;
  made.iterations = 4;
  made.real_accumulated_time = 4 * 1.5 * seconds;
  made.cpu_accumulated_time = 4 * seconds;
  return made;
}

/// An aggregate row; a percentage if it is a `cv`, whose time is then `value` itself.
inline run make_aggregate(const std::string& name, const std::string& aggregate, double value) {
  run made = make_run(name, value);
  made.run_type = run::RT_Aggregate;
  made.aggregate_name = aggregate;
  made.repetitions = 3;
  if (aggregate == "cv") {
    made.aggregate_unit = benchmark::kPercentage;
    made.real_accumulated_time = made.cpu_accumulated_time = value;
  }
  return made;
}

template <class Run>
void mark_failed(Run& made, const std::string& why) {
  if constexpr (requires { made.error_occurred; }) {
    made.error_occurred = true;
    made.error_message = why;
  } else {
    made.skipped = std::remove_cvref_t<decltype(made.skipped)>::SkippedWithError;
    made.skip_message = why;
  }
}

/// False where the library has no such thing.
template <class Run>
bool mark_skipped(Run& made, const std::string& why) {
  if constexpr (requires { made.skipped; }) {
    made.skipped = std::remove_cvref_t<decltype(made.skipped)>::SkippedWithMessage;
    made.skip_message = why;
    return true;
  }
  return false;
}

}  // namespace permdelta::testing

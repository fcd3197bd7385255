#pragma once

/// Several runs of one program as one.

#include <string_view>
#include <vector>

#include "run/benchmark_run.hpp"

namespace permdelta {

inline constexpr std::string_view varying_entry = "varies";

/// Merges runs, at least one, into one whose repetitions they are. A run's number is the median of
/// its repetitions; an exact metric keeps one value if all repetitions agree, else all values. A
/// row takes the outcome of the first run that lacks it (skipped) or did not finish it; the message
/// names the file. The row lacks a metric that one of the runs lacks. A context entry that is not
/// the same in all runs becomes varying_entry.
[[nodiscard]] benchmark_run merged(const std::vector<benchmark_run>&);

}  // namespace permdelta

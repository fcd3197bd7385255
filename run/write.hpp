#pragma once

/// A run as a JSON file in Google Benchmark's format.

#include <iosfwd>

#include "run/benchmark_run.hpp"

namespace permdelta {

/// Each repetition is an entry, as read_run (run/read.hpp) finds it again: the context, and of rows
/// the name, outcome, message, label and all metrics; times in nanoseconds.
void write_run(std::ostream&, const benchmark_run&);

}  // namespace permdelta

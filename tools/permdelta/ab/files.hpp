#pragma once

/// An experiment as two runs of benchmarks, which `compare` and `report` read (run/lock_step.hpp).

#include <string>

#include "common/json_writer.hpp"
#include "tools/permdelta/ab/experiment.hpp"

namespace permdelta {

struct ab_files {
  std::string base;
  std::string contender;
};

/// Their texts, Google Benchmark's JSON: a repetition for each restart, an error for each case that
/// failed on that side. The contexts are what the programs say of themselves.
[[nodiscard]] ab_files files_of(const ab_experiment&, const ab_plan&, const json_entries& base,
                                const json_entries& contender);

}  // namespace permdelta

#pragma once

/// What a number depends on besides the code: the machine, the build, the options. For the banner
/// and the JSON context.

#include <string>
#include <vector>

#include "bench/subject.hpp"
#include "common/json_writer.hpp"

namespace permdelta {

struct options;

/// `AMD EPYC 9654`, as the operating system calls the processor.
[[nodiscard]] std::string cpu_name();

/// What was measured before the run: what the memory can do, and the time of an empty iteration.
struct measured_limits {
  std::string bandwidth;
  double loop_overhead_ns;
};

/// The context entries that are permdelta's and those of --benchmark_context: keys, and values as
/// JSON. The subjects say which libraries they are part of.
[[nodiscard]] json_entries run_context(const options&, const std::vector<subject>&,
                                       const measured_limits&);

/// One line: version, processor, instruction sets compiled / runnable / chosen, seed, orders.
[[nodiscard]] std::string banner(const options&);

}  // namespace permdelta

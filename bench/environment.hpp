#pragma once

/// What a number depends on besides the code: the machine, the build, the options. For the banner
/// and the JSON context.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/options.hpp"
#include "bench/subject.hpp"

namespace permdelta {

/// `AMD EPYC 9654`, as the operating system calls the processor.
[[nodiscard]] std::string cpu_name();

/// The context entries that are permdelta's, and those of --benchmark_context. `libraries` are
/// those that the subjects are part of.
[[nodiscard]] nlohmann::ordered_json run_context(const options&, const std::vector<subject>&);

/// One line: version, processor, instruction sets compiled / runnable / chosen, seed, orders.
[[nodiscard]] std::string banner(const options&);

}  // namespace permdelta

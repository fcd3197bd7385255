#pragma once

#include <functional>
#include <vector>

#include "bench/options.hpp"
#include "bench/subject.hpp"

namespace permdelta {

enum exit_code : int { success = 0, failure = 1, bad_usage = 2, nothing_matched = 3 };

/// The whole program: reads the command line, runs the rows it asks for, reports them. Returns the
/// exit code: 0 all right; 1 some kernel's result was wrong, or the output could not be written; 2
/// bad usage; 3 the filter matches nothing. `others` gives what is measured beside the kernels.
[[nodiscard]] int bench_main(int argc, char** argv,
                             const std::function<std::vector<subject>(const options&)>& others);

}  // namespace permdelta

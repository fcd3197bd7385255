#pragma once

namespace permdelta {

enum exit_code : int { success = 0, failure = 1, bad_usage = 2, nothing_matched = 3 };

/// The whole program: reads the command line, runs the rows it asks for, reports them. Returns the
/// exit code: 0 all right; 1 some kernel's result was wrong, or the output could not be written; 2
/// bad usage; 3 the filter matches nothing.
[[nodiscard]] int bench_main(int argc, char** argv);

}  // namespace permdelta

#pragma once

/// The subcommands, a file each. One runs while the command line is parsed: it returns where all
/// went well, and throws usage_error or npy_error for what the user has to mend (exit code 2) and
/// anything else for what went wrong with the output (1).

#include <CLI/CLI.hpp>

namespace permdelta {

/// `permdelta eval KERNEL IN.npy`: a kernel's results on an array of NumPy's.
void add_eval(CLI::App& program);

/// `permdelta export RUN.json --to FORMAT`: a run's numbers in the formats of other programs.
void add_export(CLI::App& program);

}  // namespace permdelta

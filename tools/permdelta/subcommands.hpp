#pragma once

/// The subcommands, a file each. Running, one throws usage_error, npy_error or run_error for what
/// the user has to mend (exit code 2) and anything else for what went wrong with the output (1).

#include "common/command_line.hpp"

namespace permdelta {

/// `permdelta eval KERNEL IN.npy`: a kernel's results on an array of NumPy's.
[[nodiscard]] subcommand eval_command();

/// `permdelta compare BASE.json CONTENDER.json`: two runs, or two kinds of rows of one. `passed`
/// becomes false if a condition of --fail-on is met.
[[nodiscard]] subcommand compare_command(bool& passed);

/// `permdelta ab OLD NEW`: two builds of a program, run in lock step. `passed` becomes false if a
/// condition of --fail-on is met, a case failed, or it was interrupted.
[[nodiscard]] subcommand ab_command(bool& passed);

/// `permdelta tables RUN.json`: a run of benchmarks as tables.
[[nodiscard]] subcommand tables_command();

/// `permdelta export RUN.json --to FORMAT`: a run's numbers in the formats of other programs.
[[nodiscard]] subcommand export_command();

/// `permdelta report RUN.json -o report.html`: a run, or two compared, as a page with charts.
[[nodiscard]] subcommand report_command();

}  // namespace permdelta

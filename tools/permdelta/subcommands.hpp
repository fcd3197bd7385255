#pragma once

/// The subcommands, a file each. One runs while the command line is parsed: it returns where all
/// went well, and throws usage_error, npy_error or run_error for what the user has to mend (exit
/// code 2) and anything else for what went wrong with the output (1).

#include <CLI/CLI.hpp>

namespace permdelta {

/// `permdelta eval KERNEL IN.npy`: a kernel's results on an array of NumPy's.
void add_eval(CLI::App& program);

/// `permdelta compare BASE.json CONTENDER.json`: two runs, or two kinds of rows of one. `passed`
/// becomes false if a condition of --fail-on is met.
void add_compare(CLI::App& program, bool& passed);

/// `permdelta tables RUN.json`: a run of benchmarks as tables.
void add_tables(CLI::App& program);

/// `permdelta export RUN.json --to FORMAT`: a run's numbers in the formats of other programs.
void add_export(CLI::App& program);

/// `permdelta report RUN.json -o report.html`: a run, or two compared, as a page with charts.
void add_report(CLI::App& program);

}  // namespace permdelta

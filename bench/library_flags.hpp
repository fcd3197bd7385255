#pragma once

/// Google Benchmark's own flags: which of them we act on, and a check of their values before the
/// library sees them, because it answers a bad one with its help text and exit code 0.

#include <string>
#include <vector>

namespace permdelta {

struct options;

/// Whether an argument is the library's to understand.
[[nodiscard]] bool is_library_flag(const std::string& argument);

/// Takes the library's flags out of `arguments` and the environment into `options`. Throws
/// usage_error.
void read_library_flags(const std::vector<std::string>& arguments, options& options);

}  // namespace permdelta

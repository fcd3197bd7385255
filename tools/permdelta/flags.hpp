#pragma once

/// What the subcommands say and are told alike.

#include <cstdio>
#include <string>

#include "common/joined.hpp"
#include "common/one_line.hpp"
#include "common/usage_error.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// A line on stderr; nothing of an empty one.
inline void warn(const std::string& line) {
  if (!line.empty()) std::fprintf(stderr, "permdelta: warning: %s\n", one_line(line).c_str());
}

/// The value of an axis that a flag names. Throws usage_error, with all names there are.
template <class Axis>
[[nodiscard]] Axis chosen(const char* flag, const std::string& text) {
  if (const auto value = from_name<Axis>(text)) return *value;
  throw usage_error(std::string(flag) + ": '" + text + "'; allowed: " + joined(names_of<Axis>));
}

}  // namespace permdelta

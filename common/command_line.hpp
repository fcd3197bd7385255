#pragma once

/// The command line of a program as data. Only command_line.cpp includes the parser's headers,
/// which take seconds to compile.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace permdelta {

struct flag_rules {
  bool required = false;
  bool shows_default = false;
  int max_count = 1;          ///< maximum number of values per occurrence, for a list
  char separator = 0;         ///< between the values of one occurrence
  std::string excludes = {};  ///< the flag that can't be combined with it
};

struct flag {
  /// `--filter`, or `-o,--output`; without dashes, what stands in its place: `RUN.json`.
  std::string name;
  /// The variable it sets: whether the flag is present, its one value, or all its values.
  std::variant<bool*, std::string*, std::optional<std::string>*, std::vector<std::string>*> value;
  std::string meaning;
  std::string type = {};  ///< what the help calls a value
  flag_rules rules = {};
};

struct subcommand {
  std::string name;
  std::string meaning;
  std::vector<flag> flags;
  std::string footer;
  std::function<void()> run;
  std::vector<std::string>* rest = nullptr;  ///< takes what follows `--`, as it is
};

struct command_line {
  std::string name;
  std::string meaning;
  std::string version;
  std::vector<flag> flags = {};
  std::vector<subcommand> subcommands = {};  ///< if there are any, one has to be named
  std::string footer;
};

/// Parses the arguments, sets the values of the flags and runs the subcommand. Returns the text to
/// print if the help or the version was requested, else an empty string. Throws usage_error, and
/// whatever the subcommand throws.
[[nodiscard]] std::string process(const command_line&, std::vector<std::string> arguments);

}  // namespace permdelta

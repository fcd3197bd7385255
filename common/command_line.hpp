#pragma once

/// The command line of a program as data: the parser's headers take seconds wherever they are.

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
  int max_count = 1;          ///< of values in one place, of a list, which may be repeated
  char separator = 0;         ///< between values in one place
  std::string excludes = {};  ///< the flag that can't be used beside it
};

struct flag {
  /// `--filter`, or `-o,--output`; without dashes, what stands in its place: `RUN.json`.
  std::string name;
  /// Where it goes: whether it is there, the one value that it has, or all of them.
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
};

struct command_line {
  std::string name;
  std::string meaning;
  std::string version;
  std::vector<flag> flags = {};
  std::vector<subcommand> subcommands = {};  ///< if there are any, one has to be named
  std::string footer;
};

/// Sets the values of the flags and runs the subcommand. Returns what is to be printed instead
/// where the help or the version was asked for; else it is empty. Throws usage_error, and what the
/// subcommand throws.
[[nodiscard]] std::string process(const command_line&, std::vector<std::string> arguments);

}  // namespace permdelta

#pragma once

/// The command line of `permdelta ab`, and what follows from it.

#include <optional>
#include <string>
#include <vector>

#include "common/command_line.hpp"
#include "tools/permdelta/ab/experiment.hpp"
#include "tools/permdelta/compare/presenter.hpp"

namespace permdelta {

struct ab_request {
  std::vector<std::string> programs;
  std::vector<std::string> arguments;  ///< of the programs
  std::string filter;
  std::string baseline;
  std::string contender;
  bool same_program = false;
  bool by_process = false;
  bool are_commits = false;
  std::optional<std::string> build;    ///< default_build
  std::optional<std::string> program;  ///< default_program
  std::string restarts = "10";
  std::optional<std::string> pairs;
  std::optional<std::string> batch;
  std::string budget = "10m";
  std::string timeout = "15m";
  std::string cpu = "auto";
  std::string seed = "42";
  std::optional<std::string> base_file;
  std::optional<std::string> contender_file;
  presenter_request presented;

  [[nodiscard]] std::vector<flag> flags();

  /// Two kinds of cases of one program: --baseline and --contender.
  [[nodiscard]] bool is_within() const noexcept { return !baseline.empty(); }
  /// Both sides are one program.
  [[nodiscard]] bool is_one_program() const noexcept { return is_within() || same_program; }
};

/// Throws usage_error if flags do not go together or have a value that is not allowed.
[[nodiscard]] ab_plan plan_of(const ab_request&);

struct ab_sides {
  ab_side base;
  ab_side contender;
  std::string base_name;  ///< what it is called: a program, a revision, a part of names
  std::string contender_name;
};
/// The programs, which are built if they are revisions, and what the two sides are called. Throws
/// what program_of throws (commits.hpp).
[[nodiscard]] ab_sides sides_of(const ab_request&, const ab_plan&);

}  // namespace permdelta

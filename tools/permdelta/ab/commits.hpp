#pragma once

/// Programs of other revisions of a Git repository.

#include <string>

namespace permdelta {

struct revision_build {
  std::string command;  ///< for a shell, in the revision's root
  std::string program;  ///< what it builds, from there
};

/// The path of the revision's program. It is built in a worktree of its own, which stays, below the
/// Git directory of the repository around the working directory: `.git/permdelta-ab/HASH`, beside
/// `HASH.log` with what the command says. Throws usage_error if there is no such repository or
/// revision, or if the command fails or leaves no such program; and may throw `interrupted`
/// (tools/permdelta/ab/interruption.hpp).
[[nodiscard]] std::string program_of(const std::string& revision, const revision_build&);

}  // namespace permdelta

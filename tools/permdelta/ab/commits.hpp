#pragma once

/// Programs of other revisions of a Git repository.

#include <string>

namespace permdelta {

struct revision_build {
  std::string command;  ///< for a shell, in the revision's root
  std::string program;  ///< what it builds, from there
};

/// Resolves a revision of the repository around the working directory to its commit's hash. Throws
/// usage_error if the repository or the revision does not exist.
[[nodiscard]] std::string hash_of(const std::string& revision);

/// The path of the program of a commit, which messages call `name`. It is built in a worktree of
/// its own, which stays, below the Git directory: `.git/permdelta-ab/HASH`, beside `HASH.log` with
/// what the command says. Throws usage_error if the command fails or leaves no such program, or if
/// another process builds there; and may throw `interrupted`
/// (tools/permdelta/ab/interruption.hpp), as hash_of may.
[[nodiscard]] std::string program_of(const std::string& hash, const std::string& name,
                                     const revision_build&);

}  // namespace permdelta

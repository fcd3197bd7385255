#include "tools/permdelta/ab/commits.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "common/usage_error.hpp"
#include "tools/permdelta/ab/child_process.hpp"

namespace permdelta {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours no_limit{24 * 365};

// What `git ARGUMENTS...` says last; otherwise is called with why it fails.
template <class Otherwise>
std::string git(std::vector<std::string> arguments, Otherwise otherwise) try {
  const captured_output output;
  const captured_output error;
  child_request request;
  arguments.insert(arguments.begin(), "git");
  request.arguments = std::move(arguments);
  request.output = output.descriptor();
  request.error = error.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(no_limit); !ending.empty())
    otherwise("git " + ending + reason_in(error.text()));
  return last_line(output.text());
} catch (const std::system_error& error) {
  throw usage_error(std::string("--commits: ") + error.what());
}

std::string git(std::vector<std::string> arguments) {
  return git(std::move(arguments),
             [](const std::string& why) { throw usage_error("--commits: " + why); });
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return std::move(text).str();
}

// A file that a child writes.
class log_file {
 public:
  explicit log_file(const fs::path& path)
      : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~log_file() { close(descriptor_); }
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

std::string hash_of(const std::string& revision) {
  git({"rev-parse", "--git-dir"});
  return git(
      {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"},
      [&](const std::string&) {
        throw usage_error("--commits: '" + revision + "' is not a revision of this repository");
      });
}

std::string program_of(const std::string& hash, const std::string& name,
                       const revision_build& build) {
  const fs::path folder =
      fs::path(git({"rev-parse", "--path-format=absolute", "--git-common-dir"})) / "permdelta-ab";
  fs::create_directories(folder);
  const log_file lock(folder / "lock");
  if (flock(lock.descriptor(), LOCK_EX | LOCK_NB) != 0)
    throw usage_error("--commits: another permdelta process is building in '" + folder.string() +
                      "'");
  const fs::path tree = folder / hash;
  const fs::path log = folder / (hash + ".log");
  git({"worktree", "prune"});
  if (!fs::exists(tree)) {
    // Under another name until it is complete: a checkout may be interrupted.
    const fs::path partial = folder / (hash + ".partial");
    fs::remove_all(partial);
    git({"worktree", "prune"});
    git({"worktree", "add", "--detach", partial.string(), hash});
    git({"worktree", "move", partial.string(), tree.string()});
  }

  std::fprintf(stderr, "permdelta: building %s; its output goes to %s\n", name.c_str(),
               log.c_str());
  const log_file output(log);
  child_request request{{"/bin/sh", "-c", build.command}};
  request.directory = tree.string();
  request.output = request.error = output.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(no_limit); !ending.empty())
    throw usage_error("--commits: the build of '" + name + "' " + ending + "; see " + log.string() +
                      reason_in(text_of(log)));
  const fs::path program = tree / build.program;
  if (!fs::exists(program))
    throw usage_error("--commits: the build of '" + name + "' did not produce '" + build.program +
                      "'; see " + log.string() +
                      "; allowed: --program=PATH, relative to the revision's root");
  return program.string();
}

}  // namespace permdelta

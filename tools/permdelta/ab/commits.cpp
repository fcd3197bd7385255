#include "tools/permdelta/ab/commits.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "common/usage_error.hpp"
#include "tools/permdelta/ab/child_process.hpp"

namespace permdelta {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours no_limit{24 * 365};

// What `git ARGUMENTS...` says.
std::string git(std::vector<std::string> arguments) {
  const captured_output output;
  const captured_output error;
  child_request request;
  arguments.insert(arguments.begin(), "git");
  request.arguments = std::move(arguments);
  request.output = output.descriptor();
  request.error = error.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(no_limit); !ending.empty())
    throw usage_error("--commits: git " + ending + ": " + error.last_line());
  return output.last_line();
}

// A file that a child writes.
class log_file {
 public:
  explicit log_file(const std::string& path)
      : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path);
  }
  ~log_file() { close(descriptor_); }
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

std::string program_of(const std::string& revision, const revision_build& build) {
  const std::string hash =
      git({"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  const fs::path folder =
      fs::path(git({"rev-parse", "--path-format=absolute", "--git-common-dir"})) / "permdelta-ab";
  const fs::path tree = folder / hash;
  fs::create_directories(folder);
  if (!fs::exists(tree)) git({"worktree", "add", "--detach", tree.string(), hash});

  const std::string log = tree.string() + ".log";
  std::fprintf(stderr, "permdelta: building %s; its output goes to %s\n", revision.c_str(),
               log.c_str());
  const log_file output(log);
  child_request request{{"/bin/sh", "-c", build.command}};
  request.directory = tree.string();
  request.output = request.error = output.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(no_limit); !ending.empty())
    throw usage_error("--commits: the build of '" + revision + "' " + ending + "; see " + log);
  const fs::path program = tree / build.program;
  if (!fs::exists(program))
    throw usage_error("--commits: the build of '" + revision + "' has left no '" + build.program +
                      "'; see " + log + "; allowed: --program=PATH below the revision's root");
  return program.string();
}

}  // namespace permdelta

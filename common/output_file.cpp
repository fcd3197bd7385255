#include "common/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace permdelta {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what, std::error_code why) {
  throw std::system_error(why, "'" + path.string() + "': " + what);
}

[[noreturn]] void fail(const fs::path& path, const char* what, int why = errno) {
  fail(path, what, std::error_code(why == 0 ? EIO : why, std::generic_category()));
}

bool is_in_proc(const fs::path& path) {
  return path.native().starts_with("/proc/");
}

// Where a write to `path` ends up: symbolic links followed, the last one of a chain possibly
// leading to a file that is not there yet, which std::filesystem::canonical refuses. What links in
// /proc point to is no path (`pipe:[42]`), so the walk ends there.
fs::path resolve(const fs::path& path) {
  constexpr int most_links = 40;  // the kernel's own limit
  fs::path at = path;
  for (int links = 0; links < most_links; ++links) {
    std::error_code error;
    const fs::path folder =
        fs::canonical(at.has_parent_path() ? at.parent_path() : fs::path("."), error);
    if (error) fail(path, "cannot use its directory", error);
    at = folder / at.filename();
    if (is_in_proc(at) || !fs::is_symlink(at, error)) return at;
    at = folder / fs::read_symlink(at, error);
    if (error) fail(path, "cannot follow the link", error);
  }
  fail(path, "cannot follow the links", ELOOP);
}

}  // namespace

// Delegates, so that the destructor cleans up if the rest throws.
output_file::output_file(const std::string& target) : output_file() {
  if (!fs::path(target).has_filename())
    fail(target, "names no file", target.empty() ? ENOENT : EISDIR);
  target_ = resolve(target);
  std::error_code error;
  const fs::file_status status = fs::status(target_, error);
  if (status.type() == fs::file_type::none) fail(target, "cannot look at it", error);
  if (fs::is_directory(status)) fail(target, "cannot write a file", EISDIR);
  // Renaming would not ask for this one.
  if (fs::exists(status) && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0)
    fail(target, "cannot write it");

  errno = 0;
  if (is_in_proc(target_) || (fs::exists(status) && !fs::is_regular_file(status))) {
    // Appending, because standard output may be a log that has something in it.
    stream_.open(target_, std::ios::binary | std::ios::app);
    if (!stream_) fail(target, "cannot open it");
    return;
  }
  create_temporary();
  if (fs::exists(status) && ::fchmod(descriptor_, static_cast<::mode_t>(status.permissions())) != 0)
    fail(target, "cannot keep its mode");
}

output_file::~output_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (temporary_.empty()) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

// A name beside the target that nobody else has.
std::string output_file::next_name() const {
  static std::atomic<unsigned> names{0};
  return target_ + '.' + std::to_string(::getpid()) + '-' + std::to_string(names++) + ".tmp";
}

void output_file::create_temporary() {
  // Without a name where the file system can: then nothing is left behind however the run ends.
  const fs::path folder = fs::path(target_).parent_path();
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor_ >= 0) {
    stream_.open("/proc/self/fd/" + std::to_string(descriptor_), std::ios::binary);
    anonymous_ = stream_.is_open();
    if (anonymous_) return;
    ::close(descriptor_);
  }
  do {
    const std::string name = next_name();
    descriptor_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) temporary_ = name;
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail(target_, "cannot create a file beside it");
  stream_.clear();
  stream_.open(temporary_, std::ios::binary);
  if (!stream_) fail(target_, "cannot open a file beside it");
}

// Gives the anonymous file a name, for the moment until it has the target's.
void output_file::name_temporary() {
  const std::string self = "/proc/self/fd/" + std::to_string(descriptor_);
  int status = 0;
  do {
    const std::string name = next_name();
    status = ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
    if (status == 0) temporary_ = name;
  } while (status != 0 && errno == EEXIST);
  if (status != 0) fail(target_, "cannot create a file beside it");
}

void output_file::commit() {
  errno = 0;
  stream_.close();
  if (!stream_) fail(target_, "cannot write all of it");
  if (!anonymous_ && temporary_.empty()) return;
  if (::fsync(descriptor_) != 0) fail(target_, "cannot write all of it");
  if (anonymous_) name_temporary();
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(target_, "cannot replace it");
  temporary_.clear();
}

}  // namespace permdelta

#include "tools/permdelta/ab/child_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <system_error>

#include "tools/permdelta/ab/interruption.hpp"

namespace permdelta {
namespace {

[[noreturn]] void fail(const std::string& what, int error = errno) {
  throw std::system_error(error, std::generic_category(), what);
}

// In the child: only what is safe between fork and exec of a process with threads.
[[noreturn]] void become(char* const* arguments, const child_request& request, char* variable,
                         const cpu_set_t* processors, int failures, pid_t parent) {
  const auto die = [&] {
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(failures, &error, sizeof error);
    _exit(127);
  };
  setpgid(0, 0);  // Ctrl-C is for the parent, which ends its children
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  if (!request.variable.empty() && putenv(variable) != 0) die();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  if (processors != nullptr && sched_setaffinity(0, sizeof *processors, processors) != 0) die();
  if (!request.directory.empty() && chdir(request.directory.c_str()) != 0) die();
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);  // the terminal is not its to read
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || fcntl(STDIN_FILENO, F_SETFD, 0) != 0) die();
  // Both may stand where the other goes.
  const int output = fcntl(request.output, F_DUPFD_CLOEXEC, 3);
  const int error = fcntl(request.error, F_DUPFD_CLOEXEC, 3);
  if (output < 0 || error < 0) die();
  if (dup2(output, STDOUT_FILENO) < 0 || dup2(error, STDERR_FILENO) < 0) die();
  for (const int kept : request.inherited)
    if (fcntl(kept, F_SETFD, 0) != 0) die();
  execvp(arguments[0], arguments);
  die();
  __builtin_unreachable();
}

}  // namespace

captured_output::captured_output() : descriptor_(memfd_create("permdelta", MFD_CLOEXEC)) {
  if (descriptor_ < 0) fail("no memory for a program's output");
}

captured_output::~captured_output() {
  close(descriptor_);
}

std::string captured_output::text() const {
  std::string all;
  std::array<char, 4096> bytes{};
  ssize_t count = 0;
  while ((count = pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(all.size()))) >
         0)
    all.append(bytes.data(), static_cast<std::size_t>(count));
  if (count < 0) fail("a program's output could not be read");
  return all;
}

std::string last_line(const std::string& text) {
  std::string last;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && !line.starts_with("-- LOG(") && !line.starts_with("***WARNING***"))
      last = line;
  return last;
}

std::string reason_in(const std::string& text) {
  const std::string line = last_line(text);
  return line.empty() ? line : ": " + line;
}

child_process::child_process(const child_request& request) {
  const std::string& program = request.arguments.front();
  std::array<int, 2> failures{};
  if (pipe2(failures.data(), O_CLOEXEC) != 0) fail("no pipe for '" + program + "'");
  std::vector<std::string> texts = request.arguments;
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  std::string variable = request.variable;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  for (const int processor : request.processors)
    CPU_SET(static_cast<std::size_t>(processor), &allowed);

  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0)
    become(pointers.data(), request, variable.data(),
           request.processors.empty() ? nullptr : &allowed, failures[1], parent);
  int error = errno;
  close(failures[1]);
  ssize_t bytes_read = -1;  // none, once it has become the program
  while (pid_ > 0 && (bytes_read = read(failures[0], &error, sizeof error)) < 0 && errno == EINTR) {
  }
  close(failures[0]);
  if (bytes_read == 0) return;
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  fail("'" + program + "' can't be started", error);
}

child_process::~child_process() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);  // and whatever it has started
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string child_process::ending(std::chrono::seconds limit) {
  if (pid_ <= 0) return "has ended";
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (descriptor < 0) fail("can't wait for a program; this requires Linux 5.3");
  const bool has_ended = [&] {
    struct closer {
      int descriptor;
      ~closer() { close(descriptor); }
    } const closed{descriptor};
    return wait_readable(descriptor, std::chrono::steady_clock::now() + limit);
  }();
  if (!has_ended) return "has not ended within " + std::to_string(limit.count()) + " s";
  int status = 0;
  kill(-pid_, SIGKILL);  // what it has started, while its number is still taken
  while (waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR) fail("a program could not be awaited");
  pid_ = -1;
  if (WIFSIGNALED(status)) return std::string("was killed: ") + strsignal(WTERMSIG(status));
  const int code = WEXITSTATUS(status);
  return code == 0 ? std::string() : "ended with exit code " + std::to_string(code);
}

}  // namespace permdelta

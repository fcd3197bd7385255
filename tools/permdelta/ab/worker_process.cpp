#include "tools/permdelta/ab/worker_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>

#include "run/worker_protocol.hpp"

namespace permdelta {
namespace {

using std::chrono::seconds;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// In the child: only what is safe between fork and exec of a process with threads.
[[noreturn]] void become(const char* program, char* const* arguments, int channel, int failures,
                         const cpu_set_t& processors, pid_t parent) {
  const auto die = [&] {
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(failures, &error, sizeof error);
    _exit(127);
  };
  setpgid(0, 0);  // Ctrl-C is for the parent, which ends its children
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  if (sched_setaffinity(0, sizeof processors, &processors) != 0) die();
  const int nothing = open("/dev/null", O_RDONLY);  // the terminal is not theirs to read
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) die();
  if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || fcntl(channel, F_SETFD, 0) != 0) die();
  execvp(program, arguments);
  die();
  __builtin_unreachable();
}

double number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw worker_error("'" + std::string(text) + "' is not a number");
  return value;
}

std::size_t count_in(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw worker_error("'" + std::string(text) + "' is not a whole number");
  return value;
}

// The text up to the next space, which is taken away.
std::string word_of(std::string& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  std::string word = text.substr(0, end);
  text.erase(0, std::min(end + 1, text.size()));
  return word;
}

}  // namespace

worker_process::worker_process(const std::string& program,
                               const std::vector<std::string>& arguments,
                               const std::vector<int>& processors, seconds timeout)
    : program_(program), timeout_(timeout) {
  std::array<int, 2> sockets{};
  std::array<int, 2> failures{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    fail("no socket for '" + program + "'");
  channel_ = std::make_unique<line_channel>(sockets[0]);
  if (pipe2(failures.data(), O_CLOEXEC) != 0) {
    close(sockets[1]);
    fail("no pipe for '" + program + "'");
  }
  // Threads that spin between parallel regions would take the other program's processors.
  setenv("OMP_WAIT_POLICY", "passive", 0);

  std::vector<std::string> texts{program, "--worker=" + std::to_string(sockets[1])};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &allowed);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(program.c_str(), pointers.data(), sockets[1], failures[1], allowed, parent);
  int error = errno;
  close(sockets[1]);
  close(failures[1]);
  ssize_t told = -1;  // nothing, once it has become the program
  while (pid > 0 && (told = read(failures[0], &error, sizeof error)) < 0 && errno == EINTR) {
  }
  const bool started = told == 0;
  close(failures[0]);
  if (pid > 0) child_.start(pid);
  if (!started) {
    errno = error;
    fail("'" + program + "' can't be started");
  }

  if (const std::string said = receive(); said != worker_protocol::greeting)
    throw worker_error("'" + program + "' says '" + said + "' instead of '" +
                       std::string(worker_protocol::greeting) + "'");
}

worker_process::child::~child() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);  // and whatever it has started
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string worker_process::child::ending() {
  int status = 0;
  pid_t ended = 0;
  for (int tenths = 0; tenths < 50 && ended == 0; ++tenths) {
    ended = waitpid(pid_, &status, WNOHANG);
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (ended == 0) return "closed its socket";
  kill(-pid_, SIGKILL);
  pid_ = -1;
  if (ended < 0) return "ended";
  if (WIFSIGNALED(status)) return std::string("was killed: ") + strsignal(WTERMSIG(status));
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

std::string worker_process::receive() try {
  if (auto line = channel_->receive(timeout_)) return *std::move(line);
  throw worker_error("'" + program_ + "' " + child_.ending());
} catch (const channel_timeout&) {
  throw worker_error("'" + program_ + "' has not answered for " + std::to_string(timeout_.count()) +
                     " s");
}

std::string worker_process::ask(const std::string& request) {
  channel_->send(request);  // if it has closed, there is nothing to receive
  std::string line = receive();
  if (line.starts_with("error ")) throw case_error(line.substr(6));
  return line;
}

template <class Take>
void worker_process::ask_for_lines(const std::string& request, const char* verb, Take take) {
  for (std::string line = ask(request); line != "end"; line = receive()) {
    const std::string whole = line;
    if (word_of(line) != verb) not_understood(whole);
    take(line);
  }
}

void worker_process::not_understood(const std::string& line) const {
  throw worker_error("'" + program_ + "' says '" + line + "', which is not understood");
}

std::vector<worker_case> worker_process::list() {
  std::vector<worker_case> cases;
  ask_for_lines("list", "case", [&](std::string& line) {
    const auto workers = count_in(word_of(line));
    cases.push_back({line, workers});
  });
  return cases;
}

std::vector<std::pair<std::string, std::string>> worker_process::context() {
  std::vector<std::pair<std::string, std::string>> entries;
  ask_for_lines("context", "context", [&](std::string& line) {
    std::string key = word_of(line);
    entries.emplace_back(std::move(key), line);
  });
  return entries;
}

named_values worker_process::judge(std::size_t number) {
  named_values counters;
  ask_for_lines("judge " + std::to_string(number), "counter", [&](std::string& line) {
    std::string name = word_of(line);
    counters.emplace_back(std::move(name), number_in(line));
  });
  return counters;
}

void worker_process::prepare(std::size_t number) {
  if (const std::string line = ask("prepare " + std::to_string(number)); line != "ready")
    not_understood(line);
}

batch_times worker_process::run(std::size_t iterations, std::size_t x, std::size_t y) {
  std::string line =
      ask("run " + std::to_string(iterations) + ' ' + std::to_string(x) + ' ' + std::to_string(y));
  const std::string whole = line;
  if (word_of(line) != "times") not_understood(whole);
  const double first = number_in(word_of(line));
  const double cpu = number_in(word_of(line));
  return {first, cpu, number_in(line)};
}

}  // namespace permdelta

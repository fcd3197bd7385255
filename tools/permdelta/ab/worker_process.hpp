#pragma once

/// A program that runs its rows on request (run/worker_protocol.hpp), as a child process.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/line_channel.hpp"

namespace permdelta {

/// A case failed, and the worker goes on.
class case_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The worker is of no more use: it ended, was killed, hangs, or says what is not understood.
class worker_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct worker_case {
  std::string name;
  std::size_t workers;  ///< threads; those of several are timed by the wall clock
};

struct batch_times {  ///< in nanoseconds
  double first;       ///< wall clock, of the iteration before the others
  double cpu;         ///< of all others
  double wall;
};

using named_values = std::vector<std::pair<std::string, double>>;

/// Every function may throw case_error and worker_error, and std::system_error with
/// std::errc::interrupted after a signal.
class worker_process {
 public:
  /// Starts `program --worker=FD ARGUMENTS...`, which may run on those processors only. It dies
  /// with this process. What it prints on standard output goes to standard error. A reply that
  /// takes longer than `timeout` is a worker_error.
  worker_process(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<int>& processors, std::chrono::seconds timeout);

  [[nodiscard]] std::vector<worker_case> list();
  /// Keys, and values as JSON.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> context();
  /// Validates and studies the case: its exact counters.
  [[nodiscard]] named_values judge(std::size_t number);
  void prepare(std::size_t number);
  [[nodiscard]] batch_times run(std::size_t iterations, std::size_t x, std::size_t y);

 private:
  [[nodiscard]] std::string receive();
  [[nodiscard]] std::string ask(const std::string& request);
  template <class Take>
  void ask_for_lines(const std::string& request, const char* verb, Take take);
  [[noreturn]] void not_understood(const std::string& line) const;

  // Ends with its owner: a worker keeps nothing that would be lost.
  class child {
   public:
    child() = default;
    ~child();
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    void start(pid_t pid) noexcept { pid_ = pid; }
    /// How it ended: `ended with exit code 2`. It is given some seconds to, and then killed.
    [[nodiscard]] std::string ending();

   private:
    pid_t pid_ = -1;
  };

  std::string program_;
  std::chrono::seconds timeout_;
  child child_;
  std::unique_ptr<line_channel> channel_;
};

}  // namespace permdelta

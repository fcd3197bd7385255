#pragma once

/// Programs that are started: children that end with their owner.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace permdelta {

/// What a child writes, in memory.
class captured_output {
 public:
  captured_output();
  ~captured_output();
  captured_output(const captured_output&) = delete;
  captured_output& operator=(const captured_output&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::string text() const;

 private:
  int descriptor_;
};

/// The last line that is not empty, nor Google Benchmark's own (`-- LOG(0): ...`, `***WARNING***`).
[[nodiscard]] std::string last_line(const std::string& text);

/// The same as the end of a message: `: LINE`, or nothing if there is none.
[[nodiscard]] std::string reason_in(const std::string& text);

struct child_request {
  std::vector<std::string> arguments;  ///< the program first, found as a shell finds it
  std::vector<int> processors = {};    ///< it may run on those only; empty: on all
  std::string directory = {};          ///< to start it in; empty: in this one
  std::vector<int> inherited = {};     ///< descriptors that it keeps beside these
  std::string variable = {};           ///< of its environment, beside ours: NAME=VALUE
  int output = 2;                      ///< its standard output
  int error = 2;
};

class child_process {
 public:
  /// Throws std::system_error if the program can't be started. Its standard input is empty.
  explicit child_process(const child_request&);
  /// Kills it and what it has started. If this process is killed, the kernel kills the program, but
  /// not what it has started.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Waits for the program to end and describes how: empty after exit code 0, `ended with exit
  /// code 2`, `was killed: Killed`, `has not ended within 5 s`. May throw `interrupted`
  /// (tools/permdelta/ab/interruption.hpp).
  [[nodiscard]] std::string ending(std::chrono::seconds limit);

 private:
  pid_t pid_ = -1;
};

}  // namespace permdelta

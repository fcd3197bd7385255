#pragma once

/// A program whose cases can be timed a batch at a time, while another one waits: what
/// `permdelta ab` asks of both of its sides, however they are run.

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace permdelta {

/// A case failed, and the program goes on.
class case_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The program says that the case is not for this machine.
class case_skipped : public case_error {
 public:
  using case_error::case_error;
};

/// The program can't be used any more: it ended, was killed, hangs, or sent an unknown reply.
class program_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct program_case {
  std::string name;
  std::size_t number = 0;   ///< its place in the program's list
  std::size_t workers = 1;  ///< threads
};

struct batch_times {  ///< in nanoseconds
  double first;       ///< wall clock, of the iteration before the others
  double cpu;         ///< of all others
  double wall;
  double iterations;  ///< how many others
};

using named_values = std::vector<std::pair<std::string, double>>;

/// Every function may throw case_error, program_error, `interrupted`
/// (tools/permdelta/ab/interruption.hpp) and std::system_error.
class ab_program {
 public:
  ab_program() = default;
  virtual ~ab_program() = default;
  ab_program(const ab_program&) = delete;
  ab_program& operator=(const ab_program&) = delete;

  [[nodiscard]] virtual std::vector<program_case> list() = 0;
  /// What it says of itself: keys, and values as JSON.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> context() = 0;
  /// Validates and studies the case: its exact counters.
  [[nodiscard]] virtual named_values judge(const program_case&) = 0;
  virtual void prepare(const program_case&) = 0;
  /// Whether `run` does as many iterations as it is told; otherwise it decides itself.
  [[nodiscard]] virtual bool takes_iterations() const noexcept = 0;
  /// Times a batch of what is prepared, with the input and the output moved by x and y bytes, which
  /// are multiples of 64 below 256 KiB.
  [[nodiscard]] virtual batch_times run(std::size_t iterations, std::size_t x, std::size_t y) = 0;
};

}  // namespace permdelta

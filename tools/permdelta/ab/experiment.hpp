#pragma once

/// Two programs in lock step: how much longer one takes than the other, case by case.
///
/// A time measured here differs from one measured a second later by more than the changes that
/// anybody looks for: other programs use the core's other thread, the clock rate moves, a process
/// has its memory in other places than the last one had. So nothing is measured alone. In a restart
/// both programs are started anew, pinned to one processor, the next one in each restart (on two,
/// they scatter ten times as much), and run batches of about a millisecond in turn: a pair is a
/// batch of each, in an order that a coin decides, of equally many iterations, with their input and
/// output at the same new places. The median over the pairs is the restart's ratio; the verdict is
/// made of the restarts' (compare/paired.hpp).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/permdelta/ab/program.hpp"

namespace permdelta {

/// A program, and how it is started, to run on these processors only.
struct ab_side {
  std::string program;
  std::function<std::unique_ptr<ab_program>(const std::vector<int>& processors)> start;
};

struct ab_plan {
  std::size_t restarts = 10;
  std::size_t pairs = 50;
  std::size_t warm_up_pairs = 3;                                  ///< before them, and not counted
  std::chrono::nanoseconds batch = std::chrono::milliseconds(1);  ///< at least so long
  std::chrono::nanoseconds budget = std::chrono::minutes(10);     ///< from the first restart on
  std::vector<int> processors;                                    ///< to pin to; not empty
  std::uint64_t seed = 42;
  bool by_process = false;  ///< each batch is a process of its own
};

/// Of one side in one restart: medians over its pairs, in nanoseconds an iteration.
struct ab_times {
  double cpu;
  double wall;
  double iterations;  ///< of all pairs
};

struct ab_restart {
  double ratio;  ///< contender / base, the median over its pairs, by the clock of the case
  ab_times base;
  ab_times contender;
};

struct ab_case {
  std::string name;
  program_case base;
  program_case contender;
  bool by_wall_clock = false;  ///< else by the processor's
  named_values base_counters = {};
  named_values contender_counters = {};
  std::size_t iterations = 0;  ///< of a batch, to ask for; 0 until it is known
  std::vector<ab_restart> restarts = {};
  std::string base_problem = {};       ///< why it failed there; empty if it did not
  std::string contender_problem = {};  ///< likewise
  bool skipped = false;                ///< it did not fail otherwise: a program skips it
  bool decided = false;                ///< it needs no more restarts

  [[nodiscard]] bool failed() const noexcept {
    return !base_problem.empty() || !contender_problem.empty();
  }
};

struct ab_experiment {
  ab_side base;
  ab_side contender;
  std::vector<ab_case> cases;

  bool is_over_budget = false;  ///< it ended for that reason

  /// Tells how far it is: called after each case with the restart, the cases that it still has to
  /// run, and what will be left of the experiment's time.
  std::function<void(std::size_t restart, std::size_t cases_left, std::chrono::seconds left)>
      progress = {};
  /// Whether the case needs no more restarts.
  std::function<bool(const ab_case&)> is_decided = {};
};

/// The processors that this process may use.
[[nodiscard]] std::vector<int> allowed_processors();

/// Runs the experiment; a signal ends it early (interruption.hpp). Throws usage_error if the budget
/// is not enough for the six restarts that a verdict takes. What goes wrong with a case is said in
/// it.
void run(ab_experiment&, const ab_plan&);

}  // namespace permdelta

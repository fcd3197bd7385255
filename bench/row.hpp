#pragma once

/// One row of the benchmark: a subject on one input. Measured as often as the library likes, judged
/// once.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/origin.hpp"
#include "bench/study.hpp"
#include "bench/subject.hpp"
#include "bench/workspace.hpp"

namespace benchmark {
class State;
}

namespace permdelta {

class bandwidth;
struct options;

class row {
 public:
  virtual ~row() = default;
  row(const row&) = delete;
  row& operator=(const row&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The name in the library's output and for its filter: it appends which clock it is, if it is
  /// not the processor's.
  [[nodiscard]] std::string listed_name() const {
    return name_ + (on_wall_clock() ? "/real_time" : "");
  }
  [[nodiscard]] const permdelta::shape& shape() const noexcept { return shape_; }
  [[nodiscard]] const permdelta::origin& origin() const noexcept { return from_; }

  [[nodiscard]] std::size_t workers() const noexcept { return subject_->workers; }

  /// Whether its rates are those of the wall clock.
  [[nodiscard]] bool on_wall_clock() const noexcept { return subject_->workers != 1; }

  /// Validates the subject and runs its study, both once, then the timed loop, and sets the
  /// counters. What is wrong with the row is reported by the library's error mechanism.
  void run(benchmark::State&, workspace&, bandwidth&);

  /// Validates the subject and runs its study, unless that has been done. Why the row can't be
  /// timed; empty if it can.
  [[nodiscard]] const std::string& objection(workspace&);

  /// The counters that its study gave: names and values. Only of a row that has been judged.
  [[nodiscard]] std::vector<std::pair<std::string, double>> exact_counters() const;

  /// The loop that is timed, with everything that it needs made beforehand. It throws what the
  /// subject throws. It is valid as long as the row and the workspace's input.
  struct timed_loop {
    /// Runs the subject so many times on the row's input, and does nothing else.
    std::function<void(std::size_t iterations)> run;
    /// Moves input and output so many bytes behind their first places: multiples of a cache line,
    /// at most the room that was asked for. Empty if they can't be moved.
    std::function<void(std::size_t x, std::size_t y)> move = {};
  };
  [[nodiscard]] virtual timed_loop prepare(workspace&, std::size_t room) const = 0;

  /// Elements reduced, and bytes read and written, in one iteration.
  [[nodiscard]] virtual std::size_t items() const noexcept { return shape_.elements(); }
  [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;

  /// The bandwidth that it is compared with, in bytes per second; 0 if that would say nothing.
  [[nodiscard]] virtual double bandwidth_limit(bandwidth&) const;

  /// How many orders its study is asked to have.
  [[nodiscard]] virtual std::size_t requested_orders(const options&) const noexcept;
  [[nodiscard]] element_type type() const noexcept { return subject_->type(); }

  /// Whether it has been run at all, and whether its result was wrong (rather than out of the
  /// type's range).
  [[nodiscard]] bool started() const noexcept { return verdict_.has_value(); }
  [[nodiscard]] bool wrong() const noexcept { return verdict_ && verdict_->wrong; }

 protected:
  struct verdict {
    std::string problem = {};  // why there is nothing to time, if there is not
    bool wrong = false;
    study_result study = {};
    std::optional<double> fallback_rate = {};
    std::vector<double> layer_deltas = {};
  };

  /// `operation` is what the name begins with, `axes` what it has beyond those of every row.
  row(const subject& what, std::string operation, const permdelta::origin& from,
      permdelta::shape of, std::vector<std::pair<std::string, std::string>> axes);

  [[nodiscard]] const subject& what() const noexcept { return *subject_; }
  [[nodiscard]] std::size_t element_size() const noexcept;

 private:
  /// May throw: std::bad_alloc if there is not enough memory, anything else if the subject is
  /// wrong.
  [[nodiscard]] virtual verdict judge(workspace&) const = 0;

  [[nodiscard]] verdict judge_if_possible(workspace&) const;
  void fail(benchmark::State&, std::string problem);

  const subject* subject_;
  permdelta::origin from_;
  permdelta::shape shape_;
  std::string name_;
  std::optional<verdict> verdict_;
};

}  // namespace permdelta

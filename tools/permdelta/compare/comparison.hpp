#pragma once

/// What two runs, or two kinds of rows of one run, have in common and in what they differ.
///
/// A time is a sample, and another run of the same program has another one. So two medians are
/// called different only where their ratio is, with 95 % confidence, beyond a threshold of noise
/// (bootstrap.hpp), and where the samples can't well be of one distribution either
/// (mann_whitney.hpp, p <= 0.05): five repetitions make the interval alone too bold. Where there
/// are less than four repetitions on a side, nothing is called different at all, nor the same
/// unless every number is.
///
/// Of the two files of one `permdelta ab` (run/lock_step.hpp) the restarts are compared, each with
/// itself: paired.hpp.
///
/// An exact counter is the same in every run with one seed, so it is compared bit for bit. Where
/// the contender's repetitions differ in one, that is worse than any of its values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/permdelta/compare/paired.hpp"
#include "tools/permdelta/compare/pairing.hpp"
#include "tools/statistics/bootstrap.hpp"

namespace permdelta {

enum class time_verdict : std::uint8_t { slower, unclear, same, faster };
enum class counter_verdict : std::uint8_t { worse, changed, better, equal };

/// Whether so small a p tells two samples apart.
[[nodiscard]] constexpr bool is_significant(double p) noexcept {
  return p <= 0.05;
}

[[nodiscard]] const char* name(time_verdict) noexcept;
[[nodiscard]] const char* name(counter_verdict) noexcept;

/// SLOWER or FASTER where the interval excludes 1 and the estimate is beyond the threshold, SAME
/// where the interval lies within it.
[[nodiscard]] time_verdict verdict_on(const paired_ratio&, double noise) noexcept;

/// A number with noise, in both.
struct measured_change {
  metric what;
  double base;       ///< median
  double contender;  ///< median
  double ratio;      ///< contender / base; NaN where a number is not above 0
  /// Of the ratio, with 95 % confidence; none of too few repetitions or restarts.
  std::optional<interval> bounds;
  std::optional<double> p;  ///< that both are of one distribution; none of too few repetitions,
                            ///< or of two sides that ran in lock step
  bool identical;           ///< the samples are the same
  bool in_lock_step = false;

  /// Whether there is enough to tell a change from noise.
  [[nodiscard]] bool is_tested() const noexcept { return bounds || p; }
};

/// A number without.
struct exact_change {
  metric what;
  double base;
  double contender;
  counter_verdict verdict;
};

struct compared_row {
  std::string name;
  std::uint32_t base_repetitions;
  std::uint32_t contender_repetitions;
  measured_change time;
  time_verdict verdict;
  std::vector<measured_change> measured;  ///< what else both have
  std::vector<exact_change> exact;
  std::vector<std::string> lost;  ///< metrics that the base has and the contender has not

  /// Slower, or a counter is worse.
  [[nodiscard]] bool got_worse() const noexcept;
};

struct comparison {
  std::vector<compared_row> rows;  ///< what got worse first
  std::vector<unpaired_row> unpaired;
  std::vector<std::string> warnings;
  std::optional<double> geometric_mean;  ///< of the ratios of times; none of no rows
};

enum class clock_choice : std::uint8_t { judged, cpu, real };

struct comparison_options {
  double noise = 0.02;
  clock_choice clock = clock_choice::judged;
  bool with_counters = true;
};

[[nodiscard]] comparison compare(const benchmark_run& base, const benchmark_run& contender, pairing,
                                 const comparison_options&);

/// Whether exact counters of two runs say nothing about each other: those of other inputs, or of
/// more orders. A line that says so; empty if they do.
[[nodiscard]] std::string other_study(const benchmark_run& base, const benchmark_run& contender);

/// The entries of two contexts that are not the same and that numbers may depend on.
struct context_difference {
  std::string key;
  std::string base;
  std::string contender;
};
[[nodiscard]] std::vector<context_difference> differences(const benchmark_run& base,
                                                          const benchmark_run& contender);

}  // namespace permdelta

#pragma once

/// What two runs, or two kinds of rows of one run, have in common and in what they differ.
///
/// What may be said of a time depends on what its interval is made of: measured.hpp.
///
/// An exact counter is the same in every run with one seed, so it is compared bit for bit. Where
/// the contender's repetitions differ in one, that is worse than any of its values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/permdelta/compare/coarse_clock.hpp"
#include "tools/permdelta/compare/measured.hpp"
#include "tools/permdelta/compare/pairing.hpp"

namespace permdelta {

enum class counter_verdict : std::uint8_t { worse, changed, better, equal };

[[nodiscard]] const char* name(counter_verdict) noexcept;

/// A counter without noise: every run with the same seed gives the same value.
struct exact_change {
  metric what;
  double base;
  double contender;
  counter_verdict verdict;
  bool varies;  ///< the contender's repetitions differ, and the base's do not
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
  std::string remark = {};        ///< what else there is to say

  /// Slower, or a counter is worse.
  [[nodiscard]] bool got_worse() const noexcept;
  /// Whether the time is SLOWER, FASTER or DIFFERS, or UNTESTED beyond the noise, an exact counter
  /// changed, or a metric was lost.
  [[nodiscard]] bool changed(double noise) const noexcept;
};

struct comparison {
  std::vector<compared_row> rows;  ///< what got worse first, then by verdict and ratio
  std::vector<unpaired_row> unpaired;
  std::vector<std::string> warnings;
  std::optional<double> geometric_mean;  ///< of the ratios of times; nullopt without a ratio
  /// Upper bound on the expected number of rows that are SLOWER or FASTER by chance alone; nullopt
  /// if no row can get these verdicts.
  std::optional<double> expected_by_chance;
};

enum class clock_choice : std::uint8_t { judged, cpu, real };

struct comparison_options {
  double noise = 0.02;
  clock_choice clock = clock_choice::judged;
  bool with_counters = true;
  bool by_runs = false;  ///< the repetitions are runs (merged_runs.hpp)
  tick_shares base_ticks = {};
  tick_shares contender_ticks = {};
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

#pragma once

/// How a number with noise changed, and what may be said of it.
///
/// A time is a sample, and another run of the same program has another one: between two runs the
/// clock rate moves, neighbours come and go, memory lies elsewhere. So SLOWER and FASTER are said
/// only of ratios whose interval comes from what is independent: several runs a side, or the
/// restarts of `permdelta ab`. Repetitions of one run each show that two runs differ, not why.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "run/benchmark_run.hpp"
#include "tools/permdelta/compare/paired.hpp"
#include "tools/statistics/bootstrap.hpp"

namespace permdelta {

/// What an interval is made of.
enum class basis : std::uint8_t {
  repetitions,  ///< of one run each
  aggregates,   ///< of one run each: means and standard deviations
  runs,         ///< several a side
  lock_step     ///< the restarts of one `permdelta ab`
};

/// DIFFERS: the two runs differ, the programs may not. UNTESTED: too few repetitions or runs.
enum class time_verdict : std::uint8_t { slower, faster, differs, unclear, untested, same };

[[nodiscard]] const char* name(time_verdict) noexcept;

struct measured_change {
  metric what;
  double base;                     ///< median; mean of aggregates
  double contender;                ///< likewise
  double ratio;                    ///< contender / base; NaN where a number is not above 0
  std::optional<interval> bounds;  ///< of the ratio, with 95 % confidence; none of too few numbers
  std::optional<double> p;  ///< that both are of one distribution; of repetitions alone, if there
                            ///< are enough
  bool identical;           ///< the samples are the same
  permdelta::basis basis;

  /// Whether there is enough to tell a change from noise.
  [[nodiscard]] bool is_tested() const noexcept { return bounds || p; }
};

/// Repetitions, or runs, that each side needs for an interval: with three on both sides Mann and
/// Whitney's p is never at most 0.05.
inline constexpr std::size_t min_repetitions = 4;

/// Whether so small a p tells two samples apart.
[[nodiscard]] constexpr bool is_significant(double p) noexcept {
  return p <= 0.05;
}

/// By the repetitions of one run each: the bootstrap's interval of the ratio of medians
/// (tools/statistics/bootstrap.hpp).
[[nodiscard]] measured_change change_by_repetitions(const metric&, std::span<const double> base,
                                                    std::span<const double> contender);

/// By runs, of which each has one number: Student's interval of the mean logarithm of the ratios of
/// pairs, in the order of the runs. If the runs alternate, what drifts from one pair to the next is
/// on both sides. If one side has more runs: Welch's interval.
[[nodiscard]] measured_change change_by_runs(const metric&, std::span<const double> base,
                                             std::span<const double> contender);

/// By the ratios of restarts in lock step; `planned` is their number in the plan (paired.hpp).
[[nodiscard]] measured_change change_by_restarts(const metric&, std::span<const double> base,
                                                 std::span<const double> contender,
                                                 std::span<const double> ratios,
                                                 std::size_t planned);

/// By means and standard deviations: Welch's interval (Student's t with the degrees of freedom of
/// Welch and Satterthwaite) of the difference of logarithms, whose standard errors are those of the
/// means over the means.
[[nodiscard]] measured_change change_by_aggregates(const metric&, const spread& base,
                                                   const spread& contender);

/// Widens the bounds for times that may each be off by this share of themselves. A share of 1 or
/// more removes the bounds and p, and equal numbers prove nothing any more.
void widen(measured_change&, double base_share, double contender_share);

/// SLOWER or FASTER where the interval excludes 1 and the estimate is beyond the threshold, SAME
/// where the interval lies within it, else UNCLEAR.
[[nodiscard]] time_verdict verdict_on(const paired_ratio&, double noise) noexcept;

/// The same by the change's basis. One run each that differ: DIFFERS, where the whole interval is
/// beyond the threshold and p is significant.
[[nodiscard]] time_verdict verdict_on(const measured_change&, double noise) noexcept;

}  // namespace permdelta

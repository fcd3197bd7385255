#include "tools/permdelta/compare/measured.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tools/statistics/mann_whitney.hpp"
#include "tools/statistics/median.hpp"
#include "tools/statistics/rank_sum.hpp"
#include "tools/statistics/student_t.hpp"

namespace permdelta {
namespace {

constexpr double confidence = 0.95;

bool all_positive(std::span<const double> values) {
  return std::ranges::all_of(values, [](double v) { return v > 0; });
}

std::vector<double> logarithms_of(std::span<const double> values) {
  std::vector<double> logarithms;
  for (const double value : values) logarithms.push_back(std::log(value));
  return logarithms;
}

// Medians, and nothing else yet.
measured_change medians_of(const metric& what, std::span<const double> base,
                           std::span<const double> contender, basis by) {
  measured_change change{what,
                         median(base),
                         median(contender),
                         std::numeric_limits<double>::quiet_NaN(),
                         {},
                         {},
                         std::ranges::equal(base, contender),
                         by};
  if (all_positive(base) && all_positive(contender)) change.ratio = change.contender / change.base;
  return change;
}

bool are_enough(std::span<const double> base, std::span<const double> contender) {
  return std::min(base.size(), contender.size()) >= min_repetitions;
}

}  // namespace

const char* name(time_verdict verdict) noexcept {
  switch (verdict) {
    case time_verdict::slower:
      return "SLOWER";
    case time_verdict::faster:
      return "FASTER";
    case time_verdict::differs:
      return "DIFFERS";
    case time_verdict::unclear:
      return "UNCLEAR";
    case time_verdict::untested:
      return "UNTESTED";
    case time_verdict::same:
      return "SAME";
  }
  __builtin_unreachable();
}

measured_change change_by_repetitions(const metric& what, std::span<const double> base,
                                      std::span<const double> contender) {
  measured_change change = medians_of(what, base, contender, basis::repetitions);
  if (!are_enough(base, contender)) return change;
  change.p = mann_whitney(base, contender);
  if (!std::isnan(change.ratio)) change.bounds = ratio_of_medians(base, contender, confidence);
  return change;
}

measured_change change_by_runs(const metric& what, std::span<const double> base,
                               std::span<const double> contender) {
  measured_change change = medians_of(what, base, contender, basis::runs);
  if (!are_enough(base, contender)) return change;
  change.p = mann_whitney(base, contender);
  if (std::isnan(change.ratio)) return change;
  const auto [shift, bounds] =
      rank_sum_shift(logarithms_of(base), logarithms_of(contender),
                     rank_sum_excluded(base.size(), contender.size(), 1 - confidence));
  change.ratio = std::exp(shift);
  change.bounds = {std::exp(bounds.low), std::exp(bounds.high)};
  return change;
}

measured_change change_by_restarts(const metric& what, std::span<const double> base,
                                   std::span<const double> contender,
                                   std::span<const double> ratios, std::size_t planned) {
  measured_change change = medians_of(what, base, contender, basis::lock_step);
  change.identical = false;
  change.ratio = median(ratios);
  if (const auto found = paired_ratio_of(ratios, planned)) {
    change.ratio = found->estimate;
    change.bounds = found->bounds;
  }
  return change;
}

measured_change change_by_aggregates(const metric& what, const spread& base,
                                     const spread& contender) {
  const bool is_identical = base.mean == contender.mean && base.deviation == contender.deviation;
  measured_change change{what, base.mean, contender.mean, contender.mean / base.mean,
                         {},   {},        is_identical,   basis::aggregates};
  const auto variance_of = [](const spread& side) {
    const double error = side.deviation / side.mean;
    return error * error / static_cast<double>(side.count);
  };
  const auto share_of = [](const spread& side, double variance) {
    return variance * variance / (static_cast<double>(side.count) - 1);
  };
  const double before = variance_of(base);
  const double after = variance_of(contender);
  const double all = before + after;
  double half = 0;
  if (all > 0) {
    const double degrees = all * all / (share_of(base, before) + share_of(contender, after));
    half = student_t(std::max(degrees, 1.0), confidence) * std::sqrt(all);
  }
  change.bounds = {change.ratio * std::exp(-half), change.ratio * std::exp(half)};
  return change;
}

void widen(measured_change& change, double base_share, double contender_share) {
  if (base_share <= 0 && contender_share <= 0) return;
  change.identical = false;
  if (!change.bounds) return;
  if (base_share >= 1 || contender_share >= 1) {
    change.bounds.reset();
    change.p.reset();
    return;
  }
  change.bounds->low *= (1 - contender_share) / (1 + base_share);
  change.bounds->high *= (1 + contender_share) / (1 - base_share);
}

time_verdict verdict_on(const paired_ratio& change, double noise) noexcept {
  const double most = 1 + noise;
  const double least = 1 / most;
  const auto& [low, high] = change.bounds;
  if (low > 1 && change.estimate > most) return time_verdict::slower;
  if (high < 1 && change.estimate < least) return time_verdict::faster;
  return least <= low && high <= most ? time_verdict::same : time_verdict::unclear;
}

time_verdict verdict_on(const measured_change& change, double noise) noexcept {
  if (change.identical) return time_verdict::same;
  const bool is_independent = change.basis == basis::runs || change.basis == basis::lock_step;
  if (!change.bounds)
    return change.p || change.basis == basis::lock_step ? time_verdict::unclear
                                                        : time_verdict::untested;
  if (is_independent) return verdict_on(paired_ratio{change.ratio, *change.bounds}, noise);
  const double most = 1 + noise;
  const double least = 1 / most;
  const auto& [low, high] = *change.bounds;
  if ((low > most || high < least) && (!change.p || is_significant(*change.p)))
    return time_verdict::differs;
  return least <= low && high <= most ? time_verdict::same : time_verdict::unclear;
}

}  // namespace permdelta

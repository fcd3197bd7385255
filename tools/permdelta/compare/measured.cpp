#include "tools/permdelta/compare/measured.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tools/statistics/mann_whitney.hpp"
#include "tools/statistics/median.hpp"
#include "tools/statistics/student_t.hpp"

namespace permdelta {
namespace {

constexpr double confidence = 0.95;

bool all_positive(std::span<const double> values) {
  return std::ranges::all_of(values, [](double v) { return v > 0; });
}

// The mean of logarithms, its variance, and that one's degrees of freedom.
struct mean_logarithm {
  double mean;
  double variance;
  double degrees;
};

mean_logarithm mean_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  const double mean = sum / count;
  double squares = 0;
  for (const double value : values) squares += std::pow(std::log(value) - mean, 2);
  return {mean, squares / (count - 1) / count, count - 1};
}

mean_logarithm mean_of(const spread& side) {
  const double error = side.deviation / side.mean;
  const auto count = static_cast<double>(side.count);
  return {std::log(side.mean), error * error / count, count - 1};
}

// Of independent ones (Welch, Biometrika 34, 1947).
mean_logarithm difference(const mean_logarithm& base, const mean_logarithm& contender) {
  const double variance = base.variance + contender.variance;
  const auto share = [](const mean_logarithm& side) {
    return side.variance * side.variance / side.degrees;
  };
  const double shares = share(base) + share(contender);
  return {contender.mean - base.mean, variance, shares > 0 ? variance * variance / shares : 1};
}

void take_ratio(measured_change& change, const mean_logarithm& of_ratio) {
  const double half =
      student_t(std::max(of_ratio.degrees, 1.0), confidence) * std::sqrt(of_ratio.variance);
  change.ratio = std::exp(of_ratio.mean);
  change.bounds = {std::exp(of_ratio.mean - half), std::exp(of_ratio.mean + half)};
}

// The ratios that count as no change.
interval within(double noise) {
  return {1 / (1 + noise), 1 + noise};
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
  if (!are_enough(base, contender) || std::isnan(change.ratio)) return change;
  if (base.size() != contender.size()) {
    take_ratio(change, difference(mean_of(base), mean_of(contender)));
    return change;
  }
  std::vector<double> ratios;
  for (std::size_t i = 0; i < base.size(); ++i) ratios.push_back(contender[i] / base[i]);
  take_ratio(change, mean_of(ratios));
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
  measured_change change{what, base.mean, contender.mean, 0,
                         {},   {},        is_identical,   basis::aggregates};
  take_ratio(change, difference(mean_of(base), mean_of(contender)));
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
  const interval unchanged = within(noise);
  const auto& [low, high] = change.bounds;
  if (low > 1 && change.estimate > unchanged.high) return time_verdict::slower;
  if (high < 1 && change.estimate < unchanged.low) return time_verdict::faster;
  return unchanged.low <= low && high <= unchanged.high ? time_verdict::same
                                                        : time_verdict::unclear;
}

time_verdict verdict_on(const measured_change& change, double noise) noexcept {
  if (change.identical) return time_verdict::same;
  const bool is_independent = change.basis == basis::runs || change.basis == basis::lock_step;
  if (!change.bounds)
    return change.p || change.basis == basis::lock_step ? time_verdict::unclear
                                                        : time_verdict::untested;
  if (is_independent) return verdict_on(paired_ratio{change.ratio, *change.bounds}, noise);
  const interval unchanged = within(noise);
  const auto& [low, high] = *change.bounds;
  const bool is_beyond = low > unchanged.high || high < unchanged.low;
  if (is_beyond && (!change.p || is_significant(*change.p))) return time_verdict::differs;
  return unchanged.low <= low && high <= unchanged.high ? time_verdict::same
                                                        : time_verdict::unclear;
}

}  // namespace permdelta

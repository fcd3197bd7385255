#include "tools/permdelta/compare/comparison.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "run/display.hpp"
#include "run/lock_step.hpp"
#include "tools/statistics/mann_whitney.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

// On each side; fewer can't make Mann and Whitney's p small enough, or are no sample of the noise.
constexpr std::size_t least_repetitions = 4;

bool all_positive(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double v) { return v > 0; });
}

measured_change change_of(const metric& what, const std::vector<double>& base,
                          const std::vector<double>& contender) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  measured_change change{what, median(base), median(contender), none,
                         {},   {},           base == contender, false};
  const bool has_ratio = all_positive(base) && all_positive(contender);
  if (has_ratio) change.ratio = change.contender / change.base;
  if (std::min(base.size(), contender.size()) >= least_repetitions) {
    change.p = mann_whitney(base, contender);
    if (has_ratio) change.bounds = ratio_of_medians(base, contender);
  }
  return change;
}

// The same of sides that ran in lock step, by the ratios of their restarts.
measured_change change_of(const metric& what, const std::vector<double>& base,
                          const std::vector<double>& contender, const std::vector<double>& ratios,
                          std::size_t planned) {
  measured_change change{what,  median(base), median(contender), median(ratios), {}, {},
                         false, true};
  if (const auto found = paired_ratio_of(ratios, planned)) {
    change.ratio = found->estimate;
    change.bounds = found->bounds;
  }
  return change;
}

time_verdict judge(const measured_change& time, double noise) {
  if (time.identical) return time_verdict::same;
  if (!time.bounds) return time_verdict::unclear;
  if (!time.p) return verdict_on({time.ratio, *time.bounds}, noise);
  const double most = 1 + noise;
  const double least = 1 / most;
  const auto& [low, high] = *time.bounds;
  if (low > most && is_significant(*time.p)) return time_verdict::slower;
  if (high < least && is_significant(*time.p)) return time_verdict::faster;
  return least <= low && high <= most ? time_verdict::same : time_verdict::unclear;
}

// The number of restarts that were planned where both are sides of one experiment in lock step.
std::optional<std::size_t> lock_step_restarts(const benchmark_run& base,
                                              const benchmark_run& contender) {
  const context_entry* const here = base.find_context(lock_step::experiment_key);
  const context_entry* const there = contender.find_context(lock_step::experiment_key);
  const context_entry* const planned = contender.find_context(lock_step::restarts_key);
  if (here == nullptr || there == nullptr || planned == nullptr || here->json != there->json)
    return {};
  std::size_t restarts = 0;
  const std::string& text = planned->plain;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), restarts);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return restarts;
}

counter_verdict judge(const metric& what, double base, double contender) {
  if (base == contender) return counter_verdict::equal;
  if (what.direction == direction::neither) return counter_verdict::changed;
  return (contender < base) == (what.direction == direction::lower_is_better)
             ? counter_verdict::better
             : counter_verdict::worse;
}

bool are_alike(const std::vector<double>& values) {
  return std::ranges::adjacent_find(values, std::not_equal_to{}) == values.end();
}

double worst_of(const metric& what, const std::vector<double>& values) {
  return what.direction == direction::higher_is_better ? std::ranges::min(values)
                                                       : std::ranges::max(values);
}

exact_change exact_change_of(const metric& what, const std::vector<double>& base,
                             const std::vector<double>& contender) {
  exact_change change{what, worst_of(what, base), worst_of(what, contender),
                      counter_verdict::equal};
  if (base == contender) return change;
  change.verdict =
      are_alike(contender) ? judge(what, change.base, change.contender) : counter_verdict::worse;
  return change;
}

std::uint32_t clock_of(const benchmark_row& row, clock_choice choice) {
  switch (choice) {
    case clock_choice::judged:
      return judged_time(row);
    case clock_choice::cpu:
      return cpu_time_metric;
    case clock_choice::real:
      return real_time_metric;
  }
  __builtin_unreachable();
}

class comparer {
 public:
  comparer(const benchmark_run& base, const benchmark_run& contender,
           const comparison_options& options, comparison& result)
      : base_(base),
        contender_(contender),
        options_(options),
        result_(result),
        planned_(lock_step_restarts(base, contender)),
        ratio_(contender.find(lock_step::ratio_metric)) {
    for (const metric& each : base.metrics) in_contender_.push_back(contender.find(each.name));
  }

  void compare(const row_pair& pair) {
    const auto& [name, base, contender] = pair;
    const std::uint32_t clock = clock_of(*base, options_.clock);
    const auto time_before = benchmark_run::values(*base, clock);
    const auto time_after = benchmark_run::values(*contender, clock);
    if (time_before.empty() || time_after.empty()) {
      const bool in_base = !time_before.empty();
      result_.unpaired.push_back(
          {name, std::string("no time in the ") + (in_base ? "contender" : "base"), in_base});
      return;
    }
    const auto ratios = planned_ && options_.clock == clock_choice::judged
                            ? benchmark_run::values(*contender, ratio_)
                            : std::vector<double>{};
    const measured_change time =
        ratios.empty()
            ? change_of(base_.metrics[clock], time_before, time_after)
            : change_of(base_.metrics[clock], time_before, time_after, ratios, *planned_);
    compared_row row{
        name, base->repetitions, contender->repetitions, time, judge(time, options_.noise), {}, {},
        {}};
    for (std::uint32_t i = 0; i < base_.metrics.size(); ++i) {
      const metric& what = base_.metrics[i];
      if (i == clock || i == iterations_metric || (what.exact && !options_.with_counters)) continue;
      const auto before = benchmark_run::values(*base, i);
      if (before.empty()) continue;
      const auto after = in_contender_[i] < contender_.metrics.size()
                             ? benchmark_run::values(*contender, in_contender_[i])
                             : std::vector<double>{};
      if (after.empty()) {
        row.lost.push_back(what.name);
      } else if (what.exact) {
        warn_unless_alike(what, name, before);
        warn_unless_alike(what, name, after);
        row.exact.push_back(exact_change_of(what, before, after));
      } else {
        row.measured.push_back(change_of(what, before, after));
      }
    }
    result_.rows.push_back(std::move(row));
  }

 private:
  void warn_unless_alike(const metric& what, const std::string& name,
                         const std::vector<double>& values) {
    if (!are_alike(values))
      result_.warnings.push_back(
          name + ": " + what.name +
          " is exact, yet not the same in every repetition; the worst is taken");
  }

  const benchmark_run& base_;
  const benchmark_run& contender_;
  std::vector<std::uint32_t> in_contender_;  // places of the base's metrics
  const comparison_options& options_;
  comparison& result_;
  std::optional<std::size_t> planned_;  // restarts of both in lock step
  std::uint32_t ratio_;                 // the place of their metric
};

}  // namespace

time_verdict verdict_on(const paired_ratio& change, double noise) noexcept {
  const double most = 1 + noise;
  const double least = 1 / most;
  const auto& [low, high] = change.bounds;
  if (low > 1 && change.estimate > most) return time_verdict::slower;
  if (high < 1 && change.estimate < least) return time_verdict::faster;
  return least <= low && high <= most ? time_verdict::same : time_verdict::unclear;
}

const char* name(time_verdict verdict) noexcept {
  switch (verdict) {
    case time_verdict::slower:
      return "SLOWER";
    case time_verdict::unclear:
      return "UNCLEAR";
    case time_verdict::same:
      return "SAME";
    case time_verdict::faster:
      return "FASTER";
  }
  __builtin_unreachable();
}

const char* name(counter_verdict verdict) noexcept {
  switch (verdict) {
    case counter_verdict::worse:
      return "WORSE";
    case counter_verdict::changed:
      return "CHANGED";
    case counter_verdict::better:
      return "BETTER";
    case counter_verdict::equal:
      return "EQUAL";
  }
  __builtin_unreachable();
}

bool compared_row::got_worse() const noexcept {
  return verdict == time_verdict::slower ||
         std::ranges::any_of(exact, [](const exact_change& change) {
           return change.verdict == counter_verdict::worse;
         });
}

comparison compare(const benchmark_run& base, const benchmark_run& contender, pairing which,
                   const comparison_options& options) {
  comparison result;
  result.unpaired = std::move(which.unpaired);
  result.rows.reserve(which.pairs.size());
  comparer each(base, contender, options, result);
  for (const row_pair& pair : which.pairs) each.compare(pair);

  std::ranges::stable_sort(result.rows, {}, [](const compared_row& row) {
    const double change = std::isnan(row.time.ratio) ? 1 : row.time.ratio;
    return std::tuple{!row.got_worse(), row.verdict, -change};
  });
  std::vector<double> ratios;
  for (const compared_row& row : result.rows)
    if (row.time.ratio > 0 && std::isfinite(row.time.ratio)) ratios.push_back(row.time.ratio);
  if (!ratios.empty()) result.geometric_mean = geometric_mean(ratios);
  return result;
}

std::vector<context_difference> differences(const benchmark_run& base,
                                            const benchmark_run& contender) {
  // What no number depends on, or what is measured itself.
  const std::set<std::string_view> others{
      "date",      "executable",       "load_avg",     "mhz_per_cpu", "bandwidth_GB_per_s",
      "host_name", "loop_overhead_ns", "distributions"};
  const auto text_of = [](const context_entry* found) -> std::string {
    if (found == nullptr) return "-";
    return found->plain.empty() ? found->json : found->plain;
  };
  std::vector<std::string> keys;
  for (const context_entry& each : base.context) keys.push_back(each.key);
  for (const context_entry& each : contender.context)
    if (base.find_context(each.key) == nullptr) keys.push_back(each.key);
  std::vector<context_difference> found;
  for (const std::string& key : keys) {
    if (others.contains(key)) continue;
    context_difference difference{key, text_of(base.find_context(key)),
                                  text_of(contender.find_context(key))};
    if (difference.base != difference.contender) found.push_back(std::move(difference));
  }
  return found;
}

std::string other_study(const benchmark_run& base, const benchmark_run& contender) {
  const auto has_exact = [](const benchmark_run& run) {
    return std::ranges::any_of(run.metrics, &metric::exact);
  };
  if (!has_exact(base) || !has_exact(contender)) return {};
  for (const char* key : {"seed", "orders"}) {
    const auto text_of = [&](const benchmark_run& run) {
      const context_entry* const found = run.find_context(key);
      return found == nullptr ? "none" : found->json;
    };
    const std::string before = text_of(base);
    const std::string after = text_of(contender);
    if (before == after) continue;
    return "'" + base.path + "' has " + key + ' ' + before + ", '" + contender.path + "' has " +
           key + ' ' + after;
  }
  return {};
}

}  // namespace permdelta

#include "tools/permdelta/compare/comparison.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "run/display.hpp"
#include "run/lock_step.hpp"
#include "tools/permdelta/compare/merged_runs.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

// The number of restarts that were planned where both are sides of one experiment in lock step.
std::optional<std::size_t> lock_step_restarts(const benchmark_run& base,
                                              const benchmark_run& contender) {
  const context_entry* const here = base.find_context(lock_step::experiment_key);
  const context_entry* const there = contender.find_context(lock_step::experiment_key);
  const context_entry* const planned = contender.find_context(lock_step::restarts_key);
  if (here == nullptr || there == nullptr || planned == nullptr || here->json != there->json)
    return {};
  const auto has_ratios = [](const benchmark_run& run) {
    return run.find(lock_step::ratio_metric) < run.metrics.size();
  };
  if (has_ratios(base) || !has_ratios(contender)) return {};  // one side twice, or in reverse
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

std::set<double> distinct(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

double worst_of(const metric& what, const std::vector<double>& values) {
  return what.direction == direction::higher_is_better ? std::ranges::min(values)
                                                       : std::ranges::max(values);
}

exact_change exact_change_of(const metric& what, const std::vector<double>& base,
                             const std::vector<double>& contender) {
  exact_change change{what, worst_of(what, base), worst_of(what, contender), counter_verdict::equal,
                      are_alike(base) && !are_alike(contender)};
  if (distinct(base) == distinct(contender)) return change;
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

// As the docstring of expected_by_chance promises (docs/statistics.md has the measurement).
double false_verdict_rate(const measured_change& time, bool by_process, double noise) {
  constexpr double measured_noise = 0.02;
  constexpr double in_lock_step = 0.005;
  constexpr double of_interval = 0.05;
  if (!time.bounds) return 0;
  if (time.basis == basis::lock_step)
    return by_process || noise < measured_noise ? of_interval : in_lock_step;
  return time.basis == basis::runs ? of_interval : 0;
}

class comparer {
 public:
  comparer(const benchmark_run& base, const benchmark_run& contender,
           const comparison_options& options, comparison& result)
      : base_(base),
        contender_(contender),
        options_(options),
        result_(result),
        planned_(options.by_runs ? std::nullopt : lock_step_restarts(base, contender)),
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
    const measured_change time = time_change(*base, *contender, clock, time_before, time_after);
    compared_row row{name,
                     base->repetitions,
                     contender->repetitions,
                     time,
                     verdict_on(time, options_.noise),
                     {},
                     {},
                     {}};
    row.remark = remark_on(*base, *contender, clock, time);
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
  [[nodiscard]] measured_change change_of(const metric& what, const std::vector<double>& base,
                                          const std::vector<double>& contender) const {
    return options_.by_runs ? change_by_runs(what, base, contender)
                            : change_by_repetitions(what, base, contender);
  }

  [[nodiscard]] measured_change time_change(const benchmark_row& base,
                                            const benchmark_row& contender, std::uint32_t clock,
                                            const std::vector<double>& before,
                                            const std::vector<double>& after) const {
    const metric& what = base_.metrics[clock];
    if (planned_ && options_.clock == clock_choice::judged)
      if (const auto ratios = benchmark_run::values(contender, ratio_); !ratios.empty())
        return change_by_restarts(what, before, after, ratios, *planned_);
    const auto& base_spread = clock == real_time_metric ? base.real_time : base.cpu_time;
    const auto& other_spread = clock == real_time_metric ? contender.real_time : contender.cpu_time;
    const auto is_usable = [](const std::optional<spread>& side) {
      return side && side->count >= min_repetitions && side->mean > 0 && side->deviation >= 0;
    };
    if (is_usable(base_spread) && is_usable(other_spread) && !options_.by_runs)
      return change_by_aggregates(what, *base_spread, *other_spread);
    measured_change change = change_of(what, before, after);
    if (clock == cpu_time_metric) {
      const auto share_of = [](const tick_shares& shares, const benchmark_row& row) {
        const auto found = shares.find(row.name);
        return found == shares.end() ? 0 : found->second;
      };
      widen(change, share_of(options_.base_ticks, base),
            share_of(options_.contender_ticks, contender));
    }
    return change;
  }

  // Where the row is judged by the processor's time, and the wall clock tells of another change.
  [[nodiscard]] std::string remark_on(const benchmark_row& base, const benchmark_row& contender,
                                      std::uint32_t clock, const measured_change& time) const {
    if (clock != cpu_time_metric || std::isnan(time.ratio)) return {};
    const auto before = benchmark_run::values(base, real_time_metric);
    const auto after = benchmark_run::values(contender, real_time_metric);
    if (before.empty() || after.empty()) return {};
    const metric& what = base_.metrics[real_time_metric];
    measured_change wall = change_of(what, before, after);
    if (time.basis == basis::lock_step) {
      if (before.size() != after.size()) return {};
      std::vector<double> ratios;
      for (std::size_t i = 0; i < before.size(); ++i) ratios.push_back(after[i] / before[i]);
      wall = change_by_restarts(what, before, after, ratios, *planned_);
    }
    if (!time.bounds || !wall.bounds ||
        std::abs(std::log(wall.ratio / time.ratio)) <= std::log1p(options_.noise))
      return {};
    if (wall.bounds->low <= time.bounds->high && time.bounds->low <= wall.bounds->high) return {};
    return "by the wall clock x " + significant(wall.ratio, 4);
  }

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

bool compared_row::changed(double noise) const noexcept {
  return verdict <= time_verdict::differs || !lost.empty() ||
         (verdict == time_verdict::untested && !std::isnan(time.ratio) &&
          std::abs(std::log(time.ratio)) > std::log1p(noise)) ||
         std::ranges::any_of(exact, [](const exact_change& change) {
           return change.verdict != counter_verdict::equal;
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
    const double change = std::isnan(row.time.ratio) ? 0 : std::log(row.time.ratio);
    const bool by_size = row.verdict == time_verdict::untested;
    return std::tuple{!row.got_worse(), row.verdict, -(by_size ? std::abs(change) : change)};
  });
  std::vector<double> ratios;
  for (const compared_row& row : result.rows)
    if (row.time.ratio > 0 && std::isfinite(row.time.ratio)) ratios.push_back(row.time.ratio);
  if (!ratios.empty()) result.geometric_mean = geometric_mean(ratios);
  double by_chance = 0;
  const bool by_process = contender.find_context(lock_step::by_process_key) != nullptr;
  for (const compared_row& row : result.rows)
    by_chance += false_verdict_rate(row.time, by_process, options.noise);
  if (by_chance > 0) result.expected_by_chance = by_chance;
  return result;
}

std::vector<context_difference> differences(const benchmark_run& base,
                                            const benchmark_run& contender) {
  // What no number depends on, or what is measured itself.
  const std::set<std::string_view> others{"date", "load_avg", "bandwidth_GB_per_s",
                                          "loop_overhead_ns", "distributions"};
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
    if (difference.base != difference.contender || difference.base == varying_entry)
      found.push_back(std::move(difference));
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

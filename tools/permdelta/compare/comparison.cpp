#include "tools/permdelta/compare/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "run/display.hpp"
#include "tools/statistics/mann_whitney.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

// The metrics of two runs, by name, and where each has them.
struct common_metric {
  metric what;
  std::uint32_t in_base;
  std::uint32_t in_contender;
};

std::vector<common_metric> common_metrics(const benchmark_run& base,
                                          const benchmark_run& contender) {
  std::vector<common_metric> common;
  for (std::uint32_t i = 0; i < base.metrics.size(); ++i)
    if (const std::uint32_t j = contender.find(base.metrics[i].name); j < contender.metrics.size())
      common.push_back({base.metrics[i], i, j});
  return common;
}

bool all_positive(const std::vector<double>& values) {
  return !values.empty() &&
         std::ranges::all_of(values, [](double v) { return v > 0 && std::isfinite(v); });
}

// None unless both are samples of positive numbers, which have a ratio.
std::optional<measured_change> change_of(const metric& what, const std::vector<double>& base,
                                         const std::vector<double>& contender) {
  if (!all_positive(base) || !all_positive(contender)) return {};
  measured_change change{what, median(base), median(contender), 0, {}, {}};
  change.ratio = change.contender / change.base;
  change.bounds = ratio_of_medians(base, contender);
  if (is_significant(smallest_p(base.size(), contender.size())))
    change.p = mann_whitney(base, contender);
  return change;
}

time_verdict judge(const measured_change& time, double noise) {
  const double most = 1 + noise;
  const double least = 1 / most;
  if (!time.p)
    return least <= time.ratio && time.ratio <= most ? time_verdict::same : time_verdict::unclear;
  const auto& [low, high] = time.bounds;
  if (low > most && is_significant(*time.p)) return time_verdict::slower;
  if (high < least && is_significant(*time.p)) return time_verdict::faster;
  return least <= low && high <= most ? time_verdict::same : time_verdict::unclear;
}

counter_verdict judge(const metric& what, double base, double contender) {
  if (base == contender) return counter_verdict::equal;
  if (what.direction == direction::neither) return counter_verdict::changed;
  return (contender < base) == (what.direction == direction::lower_is_better)
             ? counter_verdict::better
             : counter_verdict::worse;
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
        common_(common_metrics(base, contender)),
        options_(options),
        result_(result) {}

  void compare(const row_pair& pair) {
    const auto& [name, base, contender] = pair;
    const auto time =
        change_of(base_.metrics[clock_of(*base, options_.clock)],
                  benchmark_run::values(*base, clock_of(*base, options_.clock)),
                  benchmark_run::values(*contender, clock_of(*contender, options_.clock)));
    if (!time) {
      result_.unpaired.push_back({name, "no finite time above 0 in both", true});
      return;
    }
    compared_row row{
        name, base->repetitions, contender->repetitions, *time, judge(*time, options_.noise), {},
        {}};
    for (const auto& [what, in_base, in_contender] : common_) {
      if (in_base <= iterations_metric) continue;
      const auto before = benchmark_run::values(*base, in_base);
      const auto after = benchmark_run::values(*contender, in_contender);
      if (before.empty() || after.empty()) continue;
      if (!what.exact) {
        if (auto change = change_of(what, before, after))
          row.measured.push_back(*std::move(change));
      } else if (options_.with_counters) {
        warn_unless_alike(what, name, before);
        warn_unless_alike(what, name, after);
        row.exact.push_back(
            {what, before.front(), after.front(), judge(what, before.front(), after.front())});
      }
    }
    result_.rows.push_back(std::move(row));
  }

 private:
  void warn_unless_alike(const metric& what, const std::string& name,
                         const std::vector<double>& values) {
    if (std::ranges::adjacent_find(values, std::not_equal_to{}) == values.end()) return;
    result_.warnings.push_back(
        name + ": " + what.name +
        " is exact, yet not the same in every repetition; the first is taken");
  }

  const benchmark_run& base_;
  const benchmark_run& contender_;
  std::vector<common_metric> common_;
  const comparison_options& options_;
  comparison& result_;
};

}  // namespace

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
    return std::tuple{!row.got_worse(), row.verdict, -row.time.ratio};
  });
  if (!result.rows.empty()) {
    std::vector<double> ratios;
    for (const compared_row& row : result.rows) ratios.push_back(row.time.ratio);
    result.geometric_mean = geometric_mean(ratios);
  }
  return result;
}

std::vector<context_difference> differences(const benchmark_run& base,
                                            const benchmark_run& contender) {
  // What no number depends on, or what is measured itself.
  const std::set<std::string_view> others{"date",         "executable",         "load_avg",
                                          "mhz_per_cpu",  "bandwidth_GB_per_s", "host_name",
                                          "distributions"};
  const auto text_of = [](const nlohmann::ordered_json& context,
                          const std::string& key) -> std::string {
    const auto found = context.find(key);
    if (found == context.end()) return "-";
    return found->is_string()
               ? found->get<std::string>()
               : found->dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  };
  std::vector<std::string> keys;
  for (const auto& [key, value] : base.context.items()) keys.push_back(key);
  for (const auto& [key, value] : contender.context.items())
    if (!base.context.contains(key)) keys.push_back(key);
  std::vector<context_difference> found;
  for (const std::string& key : keys) {
    if (others.contains(key)) continue;
    context_difference difference{key, text_of(base.context, key), text_of(contender.context, key)};
    if (difference.base != difference.contender) found.push_back(std::move(difference));
  }
  return found;
}

}  // namespace permdelta

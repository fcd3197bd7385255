#include "tools/permdelta/compare/merged_runs.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

std::string path_of(const std::vector<benchmark_run>& runs) {
  std::string path = runs.front().path;
  if (runs.size() > 1)
    path += " ... " + runs.back().path + " (" + std::to_string(runs.size()) + " runs)";
  return path;
}

std::vector<context_entry> context_of(const std::vector<benchmark_run>& runs) {
  std::vector<context_entry> all;
  for (const benchmark_run& run : runs)
    for (const context_entry& each : run.context) {
      const auto known = std::ranges::find(all, each.key, &context_entry::key);
      if (known == all.end()) all.push_back(each);
    }
  for (context_entry& each : all)
    for (const benchmark_run& run : runs) {
      const context_entry* const found = run.find_context(each.key);
      if (found == nullptr || found->json != each.json)
        each = {each.key, "\"" + std::string(varying_entry) + "\"", std::string(varying_entry)};
    }
  return all;
}

class merger {
 public:
  explicit merger(const std::vector<benchmark_run>& runs) : runs_(runs) {
    result_.path = path_of(runs);
    result_.context = context_of(runs);
    for (const benchmark_run& run : runs) {
      for (const metric& each : run.metrics)
        if (result_.find(each.name) == result_.metrics.size()) result_.metrics.push_back(each);
      auto& rows = rows_.emplace_back();
      for (const benchmark_row& row : run.rows) {
        rows.emplace(row.name, &row);
        if (known_.insert(row.name).second) names_.push_back(row.name);
      }
    }
  }

  benchmark_run merge() {
    for (const std::string_view name : names_) result_.rows.push_back(row_of(name));
    return std::move(result_);
  }

 private:
  benchmark_row row_of(std::string_view name) const {
    benchmark_row merged;
    merged.name = name;
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      const auto found = rows_[r].find(name);
      const bool is_missing = found == rows_[r].end();
      if (is_missing || found->second->outcome != row_outcome::finished) {
        benchmark_row lost;
        lost.name = name;
        lost.outcome = is_missing ? row_outcome::skipped : found->second->outcome;
        lost.message = "'" + runs_[r].path + "': " +
                       (is_missing ? std::string("the row is missing") : found->second->message);
        return lost;
      }
      add(merged, *found->second, r);
    }
    std::map<std::uint32_t, std::set<std::uint32_t>> runs_with;
    for (const sample& each : merged.samples) runs_with[each.metric].insert(each.repetition);
    std::erase_if(merged.samples,
                  [&](const sample& each) { return runs_with[each.metric].size() < runs_.size(); });
    return merged;
  }

  void add(benchmark_row& merged, const benchmark_row& row, std::size_t r) const {
    const benchmark_run& run = runs_[r];
    if (merged.label.empty()) merged.label = row.label;
    for (std::uint32_t i = 0; i < run.metrics.size(); ++i) {
      std::vector<double> values = benchmark_run::values(row, i);
      if (values.empty()) continue;
      const bool is_one = std::ranges::adjacent_find(values, std::not_equal_to{}) == values.end();
      if (is_one || !run.metrics[i].exact) values = {median(values)};
      for (const double value : values)
        merged.samples.push_back(
            {result_.find(run.metrics[i].name), static_cast<std::uint32_t>(r), value});
    }
    ++merged.repetitions;
  }

  const std::vector<benchmark_run>& runs_;
  benchmark_run result_;
  std::vector<std::map<std::string_view, const benchmark_row*>> rows_;  // of each run, by name
  std::set<std::string_view> known_;
  std::vector<std::string_view> names_;
};

}  // namespace

benchmark_run merged(const std::vector<benchmark_run>& runs) {
  return merger(runs).merge();
}

}  // namespace permdelta

#include "run/benchmark_run.hpp"

#include <algorithm>
#include <cmath>

#include "common/json_writer.hpp"

namespace permdelta {

const context_entry* benchmark_run::find_context(std::string_view key) const noexcept {
  const auto found = std::ranges::find(context, key, &context_entry::key);
  return found == context.end() ? nullptr : &*found;
}

std::string benchmark_run::context_json() const {
  json_writer all;
  all.open('{');
  for (const context_entry& each : context) {
    all.key(each.key);
    all.json(each.json);
  }
  all.close();
  return all.take();
}

std::uint32_t benchmark_run::find(std::string_view metric) const noexcept {
  std::uint32_t place = 0;
  while (place < metrics.size() && metrics[place].name != metric) ++place;
  return place;
}

std::vector<double> benchmark_run::values(const benchmark_row& row, std::uint32_t metric) {
  std::vector<double> found;
  for (const sample& each : row.samples)
    if (each.metric == metric && std::isfinite(each.value)) found.push_back(each.value);
  return found;
}

std::uint32_t judged_time(const benchmark_row& row) noexcept {
  const std::string_view name = row.name;
  const auto has = [&](std::string_view part) {
    const std::size_t at = name.find(part);
    return at != std::string_view::npos &&
           (at + part.size() == name.size() || name[at + part.size()] == '/');
  };
  return has("/real_time") || has("/manual_time") ? real_time_metric : cpu_time_metric;
}

}  // namespace permdelta

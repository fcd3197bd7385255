#include "run/metric.hpp"

#include <algorithm>
#include <cctype>

#include "run/lock_step.hpp"

namespace permdelta {
namespace {

// `layer_07_delta`
bool is_layer_delta(std::string_view name) noexcept {
  if (!name.starts_with(counters::layer_prefix) || !name.ends_with(counters::layer_suffix))
    return false;
  name.remove_prefix(counters::layer_prefix.size());
  name.remove_suffix(std::min(name.size(), counters::layer_suffix.size()));
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

metric metric_of(std::string_view name) {
  if (name == "real_time" || name == "cpu_time")
    return {std::string(name), "ns", direction::lower_is_better, false};
  if (name == lock_step::ratio_metric)
    return {std::string(name), "", direction::lower_is_better, false};
  if (name == "iterations") return {std::string(name), "count", direction::neither, false};
  for (const counter& each : counters::all)
    if (each.name == name)
      return {std::string(name), std::string(each.unit), each.direction, each.exact};
  if (is_layer_delta(name))
    return {std::string(name), std::string(counters::max_perm_delta.unit),
            direction::lower_is_better, true};
  return {std::string(name), "", direction::neither, false};
}

}  // namespace permdelta

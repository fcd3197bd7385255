#include "run/row_builder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace permdelta {
namespace {

// What a row's numbers are, from nothing to the best.
enum rank : std::uint8_t { nothing, mean, median, measured };

// In nanoseconds; 0: there is no such unit.
double unit_of_time(std::string_view text) noexcept {
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"", 1}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  for (const auto& [name, nanoseconds] : units)
    if (name == text) return nanoseconds;
  return 0;
}

// Without `/repeats:5`, which says how often and not what. The library puts it behind a benchmark's
// arguments, one of which may be called that too.
std::string without_repeats(std::string name) {
  constexpr std::string_view suffix = "/repeats:";
  const std::size_t begin = name.rfind(suffix);
  if (begin == std::string::npos || begin == 0) return name;
  const std::size_t number = begin + suffix.size();
  const std::size_t end = std::min(name.find_first_not_of("0123456789", number), name.size());
  if (end == number || (end < name.size() && name[end] != '/')) return name;
  name.erase(begin, end - begin);
  return name;
}

}  // namespace

row_builder::row_builder(benchmark_run& run) : run_(run), texts_(last_text + 1) {
  run_.metrics = {metric_of("real_time"), metric_of("cpu_time"), metric_of("iterations")};
  constexpr std::array<std::pair<const char*, field>, 16> named{
      {{"name", name},
       {"run_name", run_name},
       {"run_type", run_type},
       {"aggregate_name", aggregate_name},
       {"aggregate_unit", aggregate_unit},
       {"time_unit", time_unit},
       {"label", label},
       {"error_message", error_message},
       {"skip_message", skip_message},
       {"error_occurred", error_occurred},
       {"skipped", skipped},
       {"real_time", real_time},
       {"cpu_time", cpu_time},
       {"iterations", iterations},
       {"repetition_index", repetition_index},
       {"repetitions", repetitions}}};
  for (const auto& [key, what] : named) meanings_[key] = {what, 0, 0};
  for (const char* key : {"family_index", "per_family_instance_index", "threads", "big_o", "rms",
                          "cpu_coefficient", "real_coefficient"})
    meanings_[key] = {ignored, 0, 0};
  meanings_["real_time"].metric = real_time_metric;
  meanings_["cpu_time"].metric = cpu_time_metric;
  meanings_["iterations"].metric = iterations_metric;
}

void row_builder::begin() {
  ++object_;
  for (std::string& text : texts_) text.clear();
  failed_.reset();
  skipped_ = false;
  numbers_.clear();
  repetitions_ = 0;
}

std::string row_builder::key(const std::string& spelled) {
  auto [found, added] = meanings_.try_emplace(spelled, meaning{field_count, 0, 0});
  key_ = &found->first;
  at_ = &found->second;
  if (added) at_->metric = ~std::uint32_t{0};  // until it has a number
  if (at_->seen_in == object_) return "'" + spelled + "' is there twice";
  at_->seen_in = object_;
  return {};
}

std::string row_builder::wrong(std::string_view got) const {
  const std::string_view allowed = at_->what <= last_text ? "text"
                                   : is_truth(at_->what)  ? "true or false"
                                                          : "a number";
  return "'" + *key_ + "' is " + std::string(got) + "; allowed: " + std::string(allowed);
}

std::string row_builder::text(std::string& value) {
  if (at_->what <= last_text) {
    texts_[at_->what] = std::move(value);
    return {};
  }
  if (at_->what == ignored || at_->what == field_count) return {};  // a stranger's
  return wrong("text");
}

std::string row_builder::number(double value) {
  if (at_->what <= last_text || is_truth(at_->what)) return wrong("a number");
  if (at_->what == ignored || at_->what == repetition_index) return {};
  if (at_->what == repetitions) {
    repetitions_ = value;
    return {};
  }
  if (at_->what == field_count && at_->metric == ~std::uint32_t{0}) {
    at_->metric = static_cast<std::uint32_t>(run_.metrics.size());
    run_.metrics.push_back(metric_of(*key_));
  }
  numbers_.push_back({at_->metric, 0, value});
  return {};
}

std::string row_builder::truth(bool value) {
  if (at_->what == error_occurred)
    failed_ = value;
  else if (at_->what == skipped)
    skipped_ = value;
  else if (at_->what < ignored)
    return wrong(value ? "true" : "false");
  return {};
}

std::string row_builder::missing() {
  return at_->what <= last_text ? wrong("null") : std::string{};
}

std::string row_builder::nested(std::string_view what) {
  return at_->what < ignored ? wrong(what) : std::string{};
}

benchmark_row& row_builder::row_of(const std::string& full_name) {
  const auto [found, added] = places_.try_emplace(full_name, run_.rows.size());
  if (added) {
    run_.rows.emplace_back().name = full_name;
    rank_.push_back(nothing);
  }
  return run_.rows[found->second];
}

void row_builder::take_samples(benchmark_row& row, double nanoseconds) {
  for (sample each : numbers_) {
    each.repetition = row.repetitions;
    if (each.metric == real_time_metric || each.metric == cpu_time_metric)
      each.value *= nanoseconds;
    row.samples.push_back(each);
  }
  ++row.repetitions;
}

void row_builder::take_aggregate(std::size_t row, double nanoseconds) {
  aggregates& found = aggregates_[row];
  const bool is_mean = is(aggregate_name, "mean");
  ++(is_mean ? found.means : found.deviations);
  constexpr double largest = 1e9;
  found.count =
      repetitions_ >= 1 && repetitions_ < largest ? static_cast<std::uint32_t>(repetitions_) : 0;
  for (const sample& each : numbers_) {
    if (each.metric > cpu_time_metric) continue;
    spread& time = each.metric == real_time_metric ? found.real_time : found.cpu_time;
    (is_mean ? time.mean : time.deviation) = each.value * nanoseconds;
  }
}

std::string row_builder::end() {
  if (is(name, "")) return "a benchmark has no 'name'";
  const bool aggregate = is(run_type, "aggregate");
  rank now = measured;
  if (aggregate) {
    now = is(aggregate_name, "median") ? median : is(aggregate_name, "mean") ? mean : nothing;
    if (now == nothing && !is(aggregate_name, "stddev")) return {};
  }
  const double nanoseconds = unit_of_time(texts_[time_unit]);
  if (nanoseconds == 0) return "'time_unit' is '" + texts_[time_unit] + "'; allowed: ns, us, ms, s";

  const std::string full_name =
      without_repeats(std::move(texts_[is(run_name, "") ? name : run_name]));
  if (now == nothing && !places_.contains(full_name)) return {};  // a deviation, of no mean
  benchmark_row& row = row_of(full_name);
  const auto place = static_cast<std::size_t>(&row - run_.rows.data());
  if (now == nothing || now == mean) take_aggregate(place, nanoseconds);
  if (now == nothing) return {};
  std::uint8_t& before = rank_[place];
  if (failed_.value_or(false) || skipped_) {
    row.outcome = skipped_ ? row_outcome::skipped : row_outcome::failed;
    row.message =
        std::move(texts_[skipped_ && !is(skip_message, "") ? skip_message : error_message]);
    row.samples.clear();
    row.repetitions = 0;
    row.aggregated = false;
    before = measured;
    return {};
  }
  if (row.outcome != row_outcome::finished || now < before) return {};
  if (now > before) {  // better than what there was
    row.samples.clear();
    row.repetitions = 0;
  }
  before = now;
  row.aggregated = aggregate;
  if (!is(label, "")) row.label = std::move(texts_[label]);
  take_samples(row, nanoseconds);
  return {};
}

void row_builder::finish() {
  for (benchmark_row& row : run_.rows) row.samples.shrink_to_fit();
  for (auto& [place, found] : aggregates_) {
    benchmark_row& row = run_.rows[place];
    // Of several benchmarks of one name the file does not say which is which.
    if (!row.aggregated || found.means != 1 || found.deviations != 1) continue;
    found.real_time.count = found.cpu_time.count = found.count;
    row.real_time = found.real_time;
    row.cpu_time = found.cpu_time;
  }
}

}  // namespace permdelta

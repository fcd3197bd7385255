#include "tools/permdelta/tables/leaderboard.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "run/counters.hpp"
#include "run/display.hpp"

namespace permdelta {
namespace {

constexpr std::array shown{counters::max_perm_delta,   counters::perm_delta_ulp,
                           counters::distinct_results, counters::max_error_ulp,
                           counters::split_delta_ulp,  counters::isa_delta_ulp};

// Whether a part of a name says who does it, or by which clock (`/real_time`); else it says what is
// done.
bool is_contenders(const std::string& part) {
  return part.starts_with("isa:") || part.starts_with("workers:") ||
         part.find(':') == std::string::npos;
}

struct contender {
  std::string name;
  const benchmark_row* row;
  std::optional<double> time;
};

std::vector<cell> line_of(const benchmark_run& run, const contender& of, reader whose) {
  const auto text = [&](const counter& what, std::string (*shown_as)(double)) {
    const std::uint32_t place = run.find(what.name);
    const std::optional<double> value = median_of(*of.row, place);
    if (!value) return absence_text(row_outcome::finished, whose);
    return shown_as != nullptr && whose == reader::person
               ? shown_as(*value)
               : metric_text(run.metrics[place], *value, whose);
  };
  std::vector<cell> line{of.name,
                         of.time ? metric_text(run.metrics[judged_time(*of.row)], *of.time, whose)
                                 : absence_text(of.row->outcome, whose),
                         text(counters::bytes_per_second, gigabytes)};
  for (const counter& each : shown) line.emplace_back(text(each, nullptr));
  return line;
}

}  // namespace

std::map<std::size_t, std::size_t> row_counts(const our_rows& ours) {
  std::map<std::size_t, std::size_t> counts;
  for (const our_row& each : ours.rows) ++counts[each.n];
  return counts;
}

std::size_t usual_size(const std::map<std::size_t, std::size_t>& row_counts) {
  return std::ranges::max_element(row_counts, {},
                                  [](const auto& each) {
                                    return std::pair{each.second, each.first};
                                  })
      ->first;
}

keyed_tables leaderboards(const benchmark_run& run, const our_rows& ours, std::size_t n,
                          reader whose) {
  using group = std::tuple<ranked_part, ranked_part, ranked_part, std::vector<ranked_part>>;
  std::map<group, std::vector<contender>> groups;
  for (const our_row& each : ours.rows) {
    if (each.n != n) continue;
    std::vector<ranked_part> problem;
    std::vector<ranked_part> who;
    for (const ranked_part& part : each.axes)
      (is_contenders(part.second) ? who : problem).push_back(part);
    groups[{each.operation, each.type, each.distribution, problem}].push_back(
        {each.method.second + joined_axes(who), each.row,
         median_of(*each.row, judged_time(*each.row))});
  }

  keyed_tables all{.key_heads = {"operation", "type", "distribution", "n", "axes"}, .tables = {}};
  const bool person = whose == reader::person;
  for (auto& [key, contenders] : groups) {
    const auto& [operation, type, distribution, problem] = key;
    std::ranges::stable_sort(contenders, {}, [](const contender& each) {
      return std::pair{each.row->outcome,
                       each.time.value_or(std::numeric_limits<double>::infinity())};
    });
    const std::string size = std::to_string(n);
    const std::string tail = joined_axes(problem);
    keyed_table& to = all.tables.emplace_back();
    to.keys = {operation.second, type.second, distribution.second, size, tail};
    to.body.title =
        operation.second + "/*/" + type.second + '/' + distribution.second + "/n:" + size + tail;
    to.body.heads = {"method", person ? "time" : "time_ns",
                     person ? "GB/s" : std::string(counters::bytes_per_second.name)};
    for (const counter& each : shown) to.body.heads.emplace_back(each.name);
    for (const contender& each : contenders) to.body.rows.push_back(line_of(run, each, whose));
  }
  return all;
}

}  // namespace permdelta

#include "tools/permdelta/tables/pivot.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace permdelta {
namespace {

// What the rows of one cell come to.
struct summary {
  std::optional<double> largest;
  std::size_t failed = 0;
  std::size_t skipped = 0;

  void add(const benchmark_row& row, std::uint32_t metric) {
    if (row.outcome == row_outcome::failed) ++failed;
    if (row.outcome == row_outcome::skipped) ++skipped;
    if (const std::optional<double> value = median_of(row, metric))
      largest = largest ? std::max(*largest, *value) : *value;
  }
};

std::string cell_text(const summary* of, const metric& what, reader whose) {
  if (of == nullptr) return absence_text(row_outcome::finished, whose);
  const auto note = [](std::size_t count, const char* word) {
    return count == 0 ? std::string{} : " (" + std::to_string(count) + ' ' + word + ')';
  };
  if (of->largest) {
    std::string text = metric_text(what, *of->largest, whose);
    if (whose == reader::person) text += note(of->failed, "error") + note(of->skipped, "skipped");
    return text;
  }
  return absence_text(of->failed > 0    ? row_outcome::failed
                      : of->skipped > 0 ? row_outcome::skipped
                                        : row_outcome::finished,
                      whose);
}

// One table: cells by line and type.
template <class Line>
using cells = std::map<std::pair<Line, ranked_part>, summary>;

template <class Line, class Text>
void fill(table& body, const cells<Line>& from, const std::set<ranked_part>& types, Text line_text,
          const metric& what, reader whose) {
  std::set<Line> lines;
  for (const auto& [place, value] : from) lines.insert(place.first);
  for (const Line& line : lines) {
    std::vector<cell>& row = body.rows.emplace_back();
    row.emplace_back(line_text(line));
    for (const ranked_part& type : types) {
      const auto found = from.find({line, type});
      row.emplace_back(cell_text(found == from.end() ? nullptr : &found->second, what, whose));
    }
  }
}

table without_lines(std::string title, const char* line_head, const std::set<ranked_part>& types) {
  table body{.title = std::move(title), .heads = {line_head}, .rows = {}};
  for (const auto& [rank, type] : types) body.heads.push_back(type);
  return body;
}

std::string title_of(const std::string& pattern, const metric& what) {
  // What has a unit of time shows it.
  const bool plain = what.unit.empty() || what.unit == "ns";
  return pattern + ": " + what.name + (plain ? "" : ", " + what.unit);
}

std::set<ranked_part> types_of(const our_rows& ours) {
  std::set<ranked_part> types;
  for (const our_row& each : ours.rows) types.insert(each.type);
  return types;
}

}  // namespace

keyed_tables tables_by_size(const benchmark_run& run, const our_rows& ours, std::uint32_t metric,
                            reader whose) {
  using group = std::tuple<ranked_part, ranked_part, ranked_part, std::vector<ranked_part>>;
  std::map<group, cells<std::size_t>> groups;
  for (const our_row& each : ours.rows)
    groups[{each.operation, each.method, each.distribution, each.axes}][{each.n, each.type}].add(
        *each.row, metric);

  const std::set<ranked_part> types = types_of(ours);
  const permdelta::metric& what = run.metrics.at(metric);
  keyed_tables all{.key_heads = {"operation", "method", "distribution", "axes"}, .tables = {}};
  for (const auto& [key, from] : groups) {
    const auto& [operation, method, distribution, axes] = key;
    const std::string tail = joined_axes(axes);
    const std::string pattern =
        operation.second + '/' + method.second + "/*/" + distribution.second + "/n:*" + tail;
    keyed_table& to = all.tables.emplace_back();
    to.keys = {operation.second, method.second, distribution.second, tail};
    to.body = without_lines(title_of(pattern, what), "n", types);
    to.body.texts = 0;
    fill(
        to.body, from, types, [](std::size_t n) { return std::to_string(n); }, what, whose);
  }
  return all;
}

keyed_tables summaries(const benchmark_run& run, const our_rows& ours, std::uint32_t metric,
                       reader whose) {
  using group = std::tuple<ranked_part, ranked_part, std::vector<ranked_part>>;
  std::map<group, cells<ranked_part>> groups;
  for (const our_row& each : ours.rows)
    groups[{each.operation, each.method, each.axes}][{each.distribution, each.type}].add(*each.row,
                                                                                         metric);

  const std::set<ranked_part> types = types_of(ours);
  const permdelta::metric& what = run.metrics.at(metric);
  keyed_tables all{.key_heads = {"operation", "method", "axes"}, .tables = {}};
  for (const auto& [key, from] : groups) {
    const auto& [operation, method, axes] = key;
    const std::string tail = joined_axes(axes);
    const std::string pattern = operation.second + '/' + method.second + "/*/*/n:*" + tail;
    keyed_table& to = all.tables.emplace_back();
    to.keys = {operation.second, method.second, tail};
    to.body = without_lines("largest of " + title_of(pattern, what), "distribution", types);
    fill(
        to.body, from, types, [](const ranked_part& part) { return part.second; }, what, whose);
  }
  return all;
}

}  // namespace permdelta

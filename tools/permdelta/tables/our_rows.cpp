#include "tools/permdelta/tables/our_rows.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <tuple>

#include "kernels/names.hpp"
#include "run/name_parts.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

constexpr std::size_t unknown = ~std::size_t{0};

template <class Names>
ranked_part ranked(std::string text, const Names& known) {
  const auto found = std::ranges::find(known, text);
  const std::size_t rank =
      found == std::end(known) ? unknown : static_cast<std::size_t>(found - std::begin(known));
  return {rank, std::move(text)};
}

// Numbers without leading zeros are in the order of their lengths first.
ranked_part axis_part(const std::string& key, const std::string& value) {
  if (key == "isa") {
    ranked_part part = ranked(value, names_of<isa>);
    return {part.first, "isa:" + value};
  }
  const bool number = value.find_first_not_of("0123456789") == std::string::npos;
  return {number ? value.size() : unknown, key + ':' + value};
}

// As bench was told to draw them.
std::vector<std::string> distributions_of(const benchmark_run& run) {
  std::vector<std::string> names;
  if (const context_entry* const found = run.find_context("distributions")) {
    std::istringstream words(found->plain);
    for (std::string word; words >> word;) names.push_back(word);
  }
  return names;
}

our_row taken_apart(const benchmark_row& row, const name_parts& parts,
                    const std::vector<std::string>& distributions) {
  const row_name& name = *parts.ours;
  our_row result{.row = &row,
                 .operation = ranked(name.operation, names_of<operation>),
                 .method = ranked(name.method, names_of<method>),
                 .type = ranked(name.type, names_of<element_type>),
                 .distribution = ranked(name.distribution, distributions),
                 .n = name.n,
                 .axes = {}};
  for (const auto& [key, value] : name.axes) result.axes.push_back(axis_part(key, value));
  for (const auto& [key, value] : parts.suffixes)
    result.axes.emplace_back(unknown, key.ends_with("clock") ? value : key + ':' + value);
  return result;
}

}  // namespace

our_rows find_our_rows(const benchmark_run& run, const name_filter& filter) {
  const std::vector<std::string> distributions = distributions_of(run);
  our_rows found;
  for (const benchmark_row& row : run.rows) {
    const name_parts parts = split_name(row.name);
    if (!parts.ours)
      ++found.strangers;
    else if (filter.keeps(row.name))
      found.rows.push_back(taken_apart(row, parts, distributions));
  }
  std::ranges::sort(found.rows, {}, [](const our_row& row) {
    return std::tie(row.operation, row.type, row.distribution, row.n, row.axes, row.method);
  });
  return found;
}

std::string joined_axes(const std::vector<ranked_part>& axes) {
  std::string text;
  for (const auto& [rank, part] : axes) text += '/' + part;
  return text;
}

std::optional<double> median_of(const benchmark_row& row, std::uint32_t metric) {
  const std::vector<double> values = benchmark_run::values(row, metric);
  if (values.empty()) return {};
  return median(values);
}

std::string disagreement(const benchmark_run& run, const our_rows& ours) {
  std::string first;
  std::size_t others = 0;
  const auto differ = [&](const benchmark_row& row, std::uint32_t metric) {
    const std::vector<double> values = benchmark_run::values(row, metric);
    return std::ranges::adjacent_find(values, std::ranges::not_equal_to()) != values.end();
  };
  for (const our_row& each : ours.rows)
    for (std::uint32_t metric = 0; metric < run.metrics.size(); ++metric)
      if (each.row->repetitions > 1 && run.metrics[metric].exact && differ(*each.row, metric)) {
        if (first.empty())
          first = "'" + each.row->name + "': its repetitions differ in '" +
                  run.metrics[metric].name + "', which is exact; the median is shown";
        else
          ++others;
      }
  return others == 0 ? first : first + "; " + std::to_string(others) + " more such";
}

}  // namespace permdelta

#include "tools/permdelta/compare/pairing.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace permdelta {
namespace {

// A row under the name it is to be found by.
struct keyed_row {
  std::string key;
  const benchmark_row* row;
};

// Why a row has no result; empty if it has one.
std::string failure(const benchmark_row& row, const char* side) {
  if (row.outcome == row_outcome::failed)
    return std::string("failed in the ") + side + ": " + row.message;
  if (row.outcome == row_outcome::skipped)
    return std::string("skipped in the ") + side + ": " + row.message;
  return {};
}

pairing paired(const std::vector<keyed_row>& base, const std::vector<keyed_row>& contender) {
  std::unordered_map<std::string_view, const benchmark_row*> contenders;
  for (const auto& [key, row] : contender) contenders.emplace(key, row);
  std::unordered_set<std::string_view> bases;
  pairing result;
  for (const auto& [key, row] : base) {
    bases.insert(key);
    const auto found = contenders.find(key);
    const std::string failed = failure(*row, "base");
    if (found == contenders.end()) {
      result.unpaired.push_back(
          {key, failed.empty() ? "only in the base" : failed, failed.empty()});
      continue;
    }
    const std::string failed_too = failure(*found->second, "contender");
    if (failed.empty() && failed_too.empty()) {
      result.pairs.push_back({key, row, found->second});
    } else {
      const char* const separator = failed.empty() || failed_too.empty() ? "" : "; ";
      result.unpaired.push_back({key, failed + separator + failed_too, failed.empty()});
    }
  }
  for (const auto& [key, row] : contender)
    if (!bases.contains(key)) {
      const std::string failed = failure(*row, "contender");
      result.unpaired.push_back({key, failed.empty() ? "only in the contender" : failed, false});
    }
  return result;
}

// The name with a star for the value of each part that is `wanted`, or whose value is; and how many
// those are.
std::pair<std::string, int> with_star(std::string_view name, std::string_view wanted) {
  std::pair<std::string, int> starred;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    const std::size_t colon = part.find(':');
    const std::size_t value = colon == std::string_view::npos ? 0 : colon + 1;
    const bool found = part == wanted || part.substr(value) == wanted;
    starred.first.append(begin == 0 ? "" : "/").append(found ? part.substr(0, value) : part);
    if (found) starred.first += '*';
    starred.second += static_cast<int>(found);
    begin = end + 1;
  }
  return starred;
}

// What has the part twice, could be paired in two ways.
std::vector<keyed_row> rows_with(const benchmark_run& run, const std::string& part,
                                 std::vector<unpaired_row>& ambiguous) {
  std::vector<keyed_row> found;
  for (const benchmark_row& row : run.rows) {
    auto [key, count] = with_star(row.name, part);
    if (count == 1) found.push_back({std::move(key), &row});
    if (count > 1) ambiguous.push_back({row.name, "it has '" + part + "' more than once", true});
  }
  return found;
}

std::vector<keyed_row> all_rows(const benchmark_run& run) {
  std::vector<keyed_row> all;
  all.reserve(run.rows.size());
  for (const benchmark_row& row : run.rows) all.push_back({row.name, &row});
  return all;
}

}  // namespace

pairing pair_by_name(const benchmark_run& base, const benchmark_run& contender) {
  return paired(all_rows(base), all_rows(contender));
}

pairing pair_within(const benchmark_run& run, const std::string& base,
                    const std::string& contender) {
  std::vector<unpaired_row> ambiguous;
  const auto bases = rows_with(run, base, ambiguous);
  pairing result = paired(bases, rows_with(run, contender, ambiguous));
  std::ranges::move(ambiguous, std::back_inserter(result.unpaired));
  return result;
}

}  // namespace permdelta

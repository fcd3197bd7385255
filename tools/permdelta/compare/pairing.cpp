#include "tools/permdelta/compare/pairing.hpp"

#include <optional>
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

// The name with a star for the value of the one part that is `wanted`, or whose value is. None if
// no part is, or several are.
std::optional<std::string> with_star(std::string_view name, std::string_view wanted) {
  std::optional<std::string> starred;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    const std::size_t colon = part.find(':');
    const std::size_t value = colon == std::string_view::npos ? 0 : colon + 1;
    if (part == wanted || part.substr(value) == wanted) {
      if (starred) return {};
      starred = std::string(name.substr(0, begin + value)).append("*").append(name.substr(end));
    }
    begin = end + 1;
  }
  return starred;
}

std::vector<keyed_row> rows_with(const benchmark_run& run, const std::string& part) {
  std::vector<keyed_row> found;
  for (const benchmark_row& row : run.rows)
    if (auto key = with_star(row.name, part)) found.push_back({*std::move(key), &row});
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
  return paired(rows_with(run, base), rows_with(run, contender));
}

}  // namespace permdelta

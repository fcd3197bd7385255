#pragma once

/// What every format is made from: the finished rows of a run, each with the parts of its name
/// under keys that all formats can have.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run/benchmark_run.hpp"
#include "tools/permdelta/better_text.hpp"

namespace permdelta {

using keyed_text = std::pair<std::string, std::string>;

struct exported_row {
  const benchmark_row* row;
  std::vector<keyed_text> parts;  ///< no two rows have the same
};

/// Keys are letters, digits and `_`, begin with no digit, and are none of what formats need for
/// themselves; no two of a row's parts, the context and the tags have the same. Values are never
/// empty, are UTF-8 and have no control characters.
struct exported_run {
  const benchmark_run* run;
  std::vector<exported_row> rows;
  std::vector<std::string> part_keys;  ///< of all rows, in order of appearance
  std::vector<keyed_text> context;     ///< `cpu_name`, `isa`, `compiler`, `seed` where known
  std::vector<keyed_text> tags;        ///< the user's
  std::optional<std::int64_t> time;    ///< the user's, or else the run's; nanoseconds since 1970
  bool is_time_given = false;          ///< it is the user's
};

/// `tags` as given, `key=value`. Leaves out of `run` what can't be exported, numbers that are not
/// finite, with a warning to its others; so does it with a row that failed or was skipped.
///
/// Throws usage_error for a tag that is none, is there twice, or has the key of something else.
[[nodiscard]] exported_run make_exported_run(benchmark_run& run,
                                             const std::vector<std::string>& tags,
                                             std::optional<std::int64_t> time);

/// What stands for the repetition's number: `aggregate` if the row is the median of several.
[[nodiscard]] std::string repetition_text(const benchmark_row&, std::uint32_t repetition);

/// Calls `function(repetition, samples)` for each repetition of a row that has any numbers.
template <class Function>
void for_each_repetition(const benchmark_row& row, Function function) {
  const std::span<const sample> all = row.samples;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].repetition == all[begin].repetition) ++end;
    function(all[begin].repetition, all.subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace permdelta

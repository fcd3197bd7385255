#pragma once

/// A benchmark's name, anybody's, cut into keys and values.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run/row_name.hpp"

namespace permdelta {

using name_part = std::pair<std::string, std::string>;

struct name_parts {
  std::string stem;              ///< what is left without the suffixes
  std::optional<row_name> ours;  ///< what that says, if it is one of our names

  /// What Google Benchmark has appended, in its order: `min_time`, `min_warmup_time`, `iterations`,
  /// `repeats` and `threads` with their numbers; `cpu_clock` is `process_time`, and `clock`
  /// `real_time` or `manual_time`, where the name says so.
  std::vector<name_part> suffixes;

  /// All of it, no key twice and no value empty: `operation`, `method`, `type`, `distribution`, `n`
  /// and further axes, or a stranger's stem as `name`; then the suffixes.
  [[nodiscard]] std::vector<name_part> keyed() const;
};

[[nodiscard]] name_parts split_name(std::string_view name);

}  // namespace permdelta

#pragma once

/// Names as they stand in a file: ours, and what Google Benchmark appends.

#include <optional>
#include <string>
#include <string_view>

#include "run/row_name.hpp"

namespace permdelta {

struct full_name {
  row_name name;
  std::string suffix;  ///< `/real_time`, or empty

  friend bool operator==(const full_name&, const full_name&) = default;
};

/// The parts of a row's name; empty if it is a stranger's. What may be appended, `/min_time:`,
/// `/min_warmup_time:`, `/iterations:`, `/repeats:`, `/process_time`, `/real_time`, `/manual_time`,
/// `/threads:`, is no axis of ours.
[[nodiscard]] std::optional<full_name> parse_full_name(std::string_view text);

}  // namespace permdelta

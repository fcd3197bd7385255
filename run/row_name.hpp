#pragma once

/// Benchmark names: `operation/method/type/distribution/n:N[/axis:value ...]`. One function builds
/// them, one parses them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace permdelta {

/// The parts of a benchmark's name, as text: `method` may be anybody's.
struct row_name {
  std::string operation;
  std::string method;
  std::string type;
  std::string distribution;
  std::size_t n = 0;
  std::vector<std::pair<std::string, std::string>>
      axes;  ///< further `key:value` parts, in order: `isa:avx2`, `rows:16`

  friend bool operator==(const row_name&, const row_name&) = default;
};

/// Letters, digits, `_`, `-`, `=`.
[[nodiscard]] bool is_row_name_character(char c) noexcept;

/// What the rows of the network experiment have in place of an operation.
inline constexpr std::string_view network_operation = "network";

/// Throws std::invalid_argument if `text` can't be a part of a name.
void check_row_name_part(std::string_view text);

/// Throws std::invalid_argument if a part is empty or has any other character.
[[nodiscard]] std::string to_string(const row_name&);

/// Empty if `text` is not such a name. Suffixes that Google Benchmark appends (`/iterations:5`,
/// `/repeats:3`, `/threads:2`,
/// `/real_time`, `_mean`) are not part of it: strip them first.
[[nodiscard]] std::optional<row_name> parse_row_name(std::string_view text);

}  // namespace permdelta

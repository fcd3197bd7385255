#pragma once

/// Points in time, as text and as nanoseconds since 1970, UTC.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace permdelta {

/// `1700000000`, `1700000000.25`, `2026-11-23`, `2026-11-23T01:32:38.5+01:00`; a blank may stand
/// for the `T`, seconds and offset may be missing, which is UTC then. From 1970 to 2262, when 64
/// bits of nanoseconds end. Empty if it is anything else.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);

/// `2026-11-23T01:32:38Z`, with as many decimals as there are.
[[nodiscard]] std::string iso_text(std::int64_t nanoseconds);

/// Seconds, `1700000000.25`, exactly.
[[nodiscard]] std::string seconds_text(std::int64_t nanoseconds);

}  // namespace permdelta

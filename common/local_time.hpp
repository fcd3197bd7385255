#pragma once

#include <array>
#include <ctime>
#include <string>

namespace permdelta {

/// The time now, with its offset from UTC, in ISO 8601's extended format:
/// `2026-11-30T23:59:59+01:00`.
[[nodiscard]] inline std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::string date(text.data(), std::strftime(text.data(), text.size(), "%FT%T%z", &parts));
  return date.insert(date.size() - 2, 1, ':');  // strftime writes +0100
}

}  // namespace permdelta

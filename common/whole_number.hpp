#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include "common/usage_error.hpp"

namespace permdelta {

/// The number that a flag's text is. Throws usage_error unless it is a whole number from `min` to
/// `max`.
[[nodiscard]] inline std::uint64_t whole_number(const char* flag, const std::string& text,
                                                std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max)
    throw usage_error(std::string(flag) + ": '" + text + "' is not a whole number from " +
                      std::to_string(min) + " to " + std::to_string(max));
  return value;
}

}  // namespace permdelta

#pragma once

#include <string>
#include <string_view>

namespace permdelta {

/// A message with what it quotes from outside made harmless: control characters, which a path may
/// well have, become `\x1b` and the like, so it is one line and moves no cursor.
[[nodiscard]] inline std::string one_line(std::string_view message) {
  constexpr char digits[] = "0123456789abcdef";
  std::string line;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F)
      line += c;
    else
      line.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return line;
}

}  // namespace permdelta

#pragma once

#include <string>
#include <string_view>
#include <type_traits>

namespace permdelta {

/// The values, or their names, with `separator` between them: `sse2, avx2`.
template <class Values>
[[nodiscard]] std::string joined(const Values& values, std::string_view separator = ", ") {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty()) text += separator;
    if constexpr (std::is_convertible_v<decltype(value), std::string_view>)
      text += value;
    else
      text += name(value);
  }
  return text;
}

}  // namespace permdelta

#pragma once

#include <string>
#include <string_view>

#include "kernels/names.hpp"

namespace permdelta {

/// The names of some values of an axis, `sse2, avx2`.
template <class Values>
[[nodiscard]] std::string joined(const Values& values, std::string_view separator = ", ") {
  std::string text;
  for (const auto value : values) {
    if (!text.empty()) text += separator;
    text += name(value);
  }
  return text;
}

/// Those of all its values.
template <class Axis>
[[nodiscard]] std::string all_names(std::string_view separator = ", ") {
  std::string text;
  for (const std::string_view each : names_of<Axis>) {
    if (!text.empty()) text += separator;
    text += each;
  }
  return text;
}

}  // namespace permdelta

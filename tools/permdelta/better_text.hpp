#pragma once

#include <string_view>

#include "run/counters.hpp"

namespace permdelta {

/// `lower` or `higher`: which way is better; empty if neither is.
[[nodiscard]] constexpr std::string_view better_text(direction direction) noexcept {
  switch (direction) {
    case direction::lower_is_better:
      return "lower";
    case direction::higher_is_better:
      return "higher";
    case direction::neither:
      break;
  }
  return {};
}

}  // namespace permdelta

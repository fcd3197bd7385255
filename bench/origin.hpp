#pragma once

/// Where the elements of a row come from.

#include <string_view>
#include <variant>

#include "bench/input.hpp"
#include "bench/input_file.hpp"

namespace permdelta {

/// A distribution, from which they are drawn, or a file, which has to outlive it.
using origin = std::variant<distribution, const input_file*>;

/// Its part of a row's name.
[[nodiscard]] inline std::string_view name(const origin& from) noexcept {
  const auto* const file = std::get_if<const input_file*>(&from);
  return file != nullptr ? std::string_view((*file)->name)
                         : name(*std::get_if<distribution>(&from));
}

}  // namespace permdelta

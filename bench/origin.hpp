#pragma once

/// Where the elements of a row come from.

#include <string_view>
#include <variant>

#include "bench/input.hpp"

namespace permdelta {

struct input_file;

/// A distribution, from which they are drawn, or a file, which has to outlive it.
using origin = std::variant<distribution, const input_file*>;

/// Its part of a row's name.
[[nodiscard]] std::string_view name(const origin& from) noexcept;

}  // namespace permdelta

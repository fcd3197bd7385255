#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "common/joined.hpp"
#include "common/usage_error.hpp"

namespace permdelta {

/// The instruction set that --isa names. Throws usage_error unless it is one of `runnable`: the
/// message says whether `text` is unknown, not compiled in or not runnable on this machine, and
/// lists `words` (the flag's other values) and `runnable`.
template <class Isa>
[[nodiscard]] Isa named_isa(const std::string& text, std::span<const std::string_view> known,
                            std::span<const Isa> compiled, std::span<const Isa> runnable,
                            const std::string& words) {
  const auto named = [&](Isa which) { return name(which) == text; };
  if (const auto found = std::ranges::find_if(runnable, named); found != runnable.end())
    return *found;
  throw usage_error("--isa: '" + text + "' is " +
                    (std::ranges::find(known, text) == known.end() ? "an unknown instruction set"
                     : std::ranges::any_of(compiled, named)        ? "not runnable on this machine"
                                                                   : "not compiled in") +
                    "; allowed here: " + words + ", " + joined(runnable));
}

}  // namespace permdelta

#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "common/joined.hpp"
#include "common/usage_error.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// The instruction set that --isa names. Throws usage_error unless it is one of `runnable`; its
/// line lists these and the flag's own words, and says whether a missing one is `compiled` in.
[[nodiscard]] inline isa named_isa(const std::string& name, std::span<const isa> compiled,
                                   std::span<const isa> runnable, const std::string& words) {
  const auto among = [](std::span<const isa> isas, isa which) {
    return std::ranges::find(isas, which) != isas.end();
  };
  const auto named = from_name<isa>(name);
  if (named && among(runnable, *named)) return *named;
  throw usage_error("--isa: '" + name + "' is " +
                    (!named                    ? "an unknown instruction set"
                     : among(compiled, *named) ? "not runnable on this machine"
                                               : "not compiled in") +
                    "; allowed here: " + words + ", " + joined(runnable));
}

}  // namespace permdelta

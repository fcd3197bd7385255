#pragma once

/// What there is to know of a number in a benchmark's row, by its name.

#include <string>
#include <string_view>

#include "run/counters.hpp"

namespace permdelta {

struct metric {
  std::string name;
  std::string unit;  ///< empty: nobody knows
  permdelta::direction direction = direction::neither;
  bool exact = false;  ///< the same on every run with the same seed
};

/// The times and the library's own rates, our counters (counters.hpp), the network's layers; of any
/// other name nothing is known.
[[nodiscard]] metric metric_of(std::string_view name);

}  // namespace permdelta

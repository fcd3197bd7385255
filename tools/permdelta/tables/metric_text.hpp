#pragma once

#include <cstdint>
#include <string>

#include "run/benchmark_run.hpp"
#include "run/metric.hpp"

namespace permdelta {

enum class reader : std::uint8_t { person, machine };

/// A metric's value for either: with its unit and the digits that matter, or in the unit that the
/// metric has and with all digits there are.
[[nodiscard]] std::string metric_text(const metric&, double value, reader);

/// What stands where there is no number: `error` or `skipped`; of a row that finished without, or
/// is not there, `-` for a person and nothing for a machine.
[[nodiscard]] std::string absence_text(row_outcome, reader);

}  // namespace permdelta

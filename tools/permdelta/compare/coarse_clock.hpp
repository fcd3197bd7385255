#pragma once

/// A processor clock that advances in ticks of 15.625 ms, as Windows has it.

#include <map>
#include <span>
#include <string>

#include "run/benchmark_run.hpp"

namespace permdelta {

/// By row: the largest share that a tick is of the processor time of one of its repetitions. Empty
/// if no run has such a clock, which is recognised by its times: all are whole ticks.
using tick_shares = std::map<std::string, double>;
[[nodiscard]] tick_shares tick_shares_of(std::span<const benchmark_run>);

}  // namespace permdelta

#pragma once

/// What the JSON files of `permdelta ab`, one of each side, have beside those of a benchmark. Each
/// repetition is a restart, in which both sides ran in lock step.

#include <string_view>

namespace permdelta::lock_step {

/// In both contexts: when and where it ran, the same on both sides and on no others.
inline constexpr std::string_view experiment_key = "ab_experiment";
/// Likewise: how many restarts were planned.
inline constexpr std::string_view restarts_key = "ab_restarts";

/// Likewise: whether each batch was a process of its own.
inline constexpr std::string_view by_process_key = "ab_by_process";

/// Of each repetition of the contender: its time over the base's, the median over the restart's
/// pairs, by the clock that the row is judged by.
inline constexpr std::string_view ratio_metric = "ab_ratio";

}  // namespace permdelta::lock_step

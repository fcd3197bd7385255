#pragma once

/// Several runs of one program as one.

#include <vector>

#include "run/benchmark_run.hpp"

namespace permdelta {

/// One run whose repetitions are these runs, of which there has to be one at least. A row's number
/// is the median of a run's repetitions; of an exact metric it is what they all have, or all that
/// they have if that is not one. A row that failed in one of the runs has failed, and one that a
/// run lacks is skipped; the message names the file. Of the context the entries that are not the
/// same in all runs are "varies".
[[nodiscard]] benchmark_run merged(const std::vector<benchmark_run>&);

}  // namespace permdelta

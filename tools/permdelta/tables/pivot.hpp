#pragma once

/// A metric of a run, laid out as tables with a column for each element type.
///
/// A cell is the median over the repetitions; `error` or `skipped` for a row that did not finish;
/// and for one that is not there, or has no such number, `-` for a person, for a machine nothing.

#include <cstdint>

#include "tools/permdelta/tables/keyed_tables.hpp"
#include "tools/permdelta/tables/metric_text.hpp"
#include "tools/permdelta/tables/our_rows.hpp"

namespace permdelta {

/// A line a size; a table for each operation, method, distribution and what else there is of axes.
[[nodiscard]] keyed_tables tables_by_size(const benchmark_run&, const our_rows&,
                                          std::uint32_t metric, reader);

/// The largest over the sizes that finished: a line a distribution; a table for each operation,
/// method and what else there is of axes. A person is told how many sizes did not finish.
[[nodiscard]] keyed_tables summaries(const benchmark_run&, const our_rows&, std::uint32_t metric,
                                     reader);

}  // namespace permdelta

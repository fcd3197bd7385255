#pragma once

/// What is to be chosen between, side by side, the fastest first.

#include <cstddef>
#include <map>

#include "tools/permdelta/tables/keyed_tables.hpp"
#include "tools/permdelta/tables/metric_text.hpp"
#include "tools/permdelta/tables/our_rows.hpp"

namespace permdelta {

/// How many rows there are of each size.
[[nodiscard]] std::map<std::size_t, std::size_t> row_counts(const our_rows&);

/// The largest of the sizes that as many rows have as any other; there is one at least.
[[nodiscard]] std::size_t usual_size(const std::map<std::size_t, std::size_t>& row_counts);

/// Methods and peers at one size, by the median of their time (the wall clock's where the name says
/// so), then those without one. A table for each operation, type, distribution and further axis;
/// but instruction sets and workers do the same thing and are contenders in one table.
[[nodiscard]] keyed_tables leaderboards(const benchmark_run&, const our_rows&, std::size_t n,
                                        reader);

}  // namespace permdelta

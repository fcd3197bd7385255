#pragma once

/// From the grid to named rows: which subjects run on which inputs.

#include <memory>
#include <vector>

#include "bench/options.hpp"
#include "bench/row.hpp"
#include "bench/subject.hpp"

namespace permdelta {

/// The kernels of the catalog for the instruction sets chosen.
[[nodiscard]] std::vector<subject> catalog_subjects(const options&);

/// Subjects x distributions x sizes, without those that the filter leaves out, in the order in
/// which they are read: operation, type, distribution, size, and side by side what is compared. The
/// rows point at the subjects, of which each that is a layernorm is also tried inside a network. Throws usage_error if the filter is no regular expression, or a row
/// too large.
[[nodiscard]] std::vector<std::unique_ptr<row>> make_rows(const std::vector<subject>&,
                                                          const options&);

}  // namespace permdelta

#pragma once

/// From the grid to named rows: which subjects run on which inputs.

#include <memory>
#include <vector>

#include "bench/row.hpp"
#include "bench/subject.hpp"

namespace permdelta {

struct options;

/// Those of the types and the instruction sets chosen, each as often as there are numbers of
/// workers for it. They keep their instruction set if names are to carry it.
[[nodiscard]] std::vector<subject> chosen_subjects(const std::vector<subject>& all, const options&);

/// Subjects x inputs (distributions x sizes, then files), but for those that the filter leaves out,
/// in the order in which they are read: task, type, input, and side by side what is compared.
/// Then each layernorm inside the network, on distributions. The rows point at the subjects and at
/// the options' files. Throws usage_error if the filter is no regular expression, or a row too
/// large.
[[nodiscard]] std::vector<std::unique_ptr<row>> make_rows(const std::vector<subject>&,
                                                          const options&);

}  // namespace permdelta

#pragma once

/// The rows of a run that have our names, taken apart, in an order to read them in.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/name_filter.hpp"
#include "run/benchmark_run.hpp"

namespace permdelta {

/// A part of a name; its rank first, so that sizes sort by value, kernels as the catalog has them,
/// distributions as they were asked for, and what is not known after them by the alphabet.
using ranked_part = std::pair<std::size_t, std::string>;

struct our_row {
  const benchmark_row* row = nullptr;
  ranked_part operation;
  ranked_part method;
  ranked_part type;
  ranked_part distribution;
  std::size_t n = 0;
  std::vector<ranked_part> axes;  ///< what follows n, `rows:16`, and what the library appended
};

struct our_rows {
  std::vector<our_row> rows;  ///< sorted
  std::size_t strangers = 0;  ///< rows with other names
};

/// Those that the filter keeps; strangers are counted whether it keeps them or not.
[[nodiscard]] our_rows find_our_rows(const benchmark_run&, const name_filter&);

/// `/rows:16/isa:avx2`, or nothing.
[[nodiscard]] std::string joined_axes(const std::vector<ranked_part>&);

/// The median over the repetitions; nothing where there is no value.
[[nodiscard]] std::optional<double> median_of(const benchmark_row&, std::uint32_t metric);

/// A line about the rows whose repetitions differ in an exact metric; empty if there are none.
[[nodiscard]] std::string disagreement(const benchmark_run&, const our_rows&);

}  // namespace permdelta

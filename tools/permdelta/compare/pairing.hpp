#pragma once

/// Which row is compared with which.

#include <string>
#include <vector>

#include "run/benchmark_run.hpp"

namespace permdelta {

/// Two rows that finished.
struct row_pair {
  std::string name;  ///< what both are called; `*` stands for the part that they differ in
  const benchmark_row* base;
  const benchmark_row* contender;
};

/// A row that is compared with nothing.
struct unpaired_row {
  std::string name;
  std::string reason;
  bool lost;  ///< the base has a result, the contender has none
};

struct pairing {
  std::vector<row_pair> pairs;
  std::vector<unpaired_row> unpaired;
};

/// Rows of one name in two runs, in the order of the base's.
[[nodiscard]] pairing pair_by_name(const benchmark_run& base, const benchmark_run& contender);

/// Rows of one run whose names differ in one part: one has `base` where the other has `contender`.
/// A part is what lies between two slashes: `lane_split`, `avx2` or `isa:avx2`; there are no pairs
/// if no name has such parts. Rows that have neither are left out.
[[nodiscard]] pairing pair_within(const benchmark_run& run, const std::string& base,
                                  const std::string& contender);

}  // namespace permdelta

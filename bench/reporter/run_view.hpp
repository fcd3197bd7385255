#pragma once

/// What the reporters read of a `benchmark::BenchmarkReporter::Run`, the same for every version of
/// the library: 1.7.1 spells an outcome `error_occurred`, later ones `skipped`.

#include <benchmark/benchmark.h>

#include <string>

namespace permdelta {

enum class run_outcome { finished, failed, skipped };

struct run_view {
  std::string name;  ///< in full, with what the library appends: `.../n:8/threads:2_median`
  std::string row;   ///< as registered, without what the library appends
  run_outcome outcome = run_outcome::finished;
  std::string message;       ///< why it failed or was skipped
  std::string complexity;    ///< `N`, `NlgN` ... if the times are coefficients of it, else empty
  bool is_fraction = false;  ///< times and counters are shares of a mean: a `cv` row
  double real_time = 0;      ///< per iteration, in the run's time unit
  double cpu_time = 0;       ///< likewise
  double judged_time = 0;    ///< the one of the two that the library makes its rates from
};

[[nodiscard]] run_view view(const benchmark::BenchmarkReporter::Run& run);

}  // namespace permdelta

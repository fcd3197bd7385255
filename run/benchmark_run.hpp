#pragma once

/// A finished run of benchmarks, anybody's, as the tools see it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "run/metric.hpp"

namespace permdelta {

enum class row_outcome : std::uint8_t { finished, failed, skipped };

/// One number of one repetition.
struct sample {
  std::uint32_t metric;  ///< its place in benchmark_run::metrics
  std::uint32_t repetition;
  double value;
};

/// Mean and standard deviation of repetitions that a file gives only as aggregates.
struct spread {
  double mean = 0;
  double deviation = 0;     ///< standard deviation
  std::uint32_t count = 0;  ///< of repetitions
};

/// All repetitions of one benchmark.
struct benchmark_row {
  std::string name;  ///< in full, but for the number of repetitions
  std::string label;
  row_outcome outcome = row_outcome::finished;
  std::string message;            ///< why it failed or was skipped
  std::uint32_t repetitions = 0;  ///< that finished
  bool aggregated = false;        ///< all there is of them is their median (or mean); several
                                  ///< only if several benchmarks of the file have this name
  std::vector<sample> samples;    ///< repetition by repetition
  std::optional<spread> real_time = {};  ///< if `aggregated` and the file has them
  std::optional<spread> cpu_time = {};
};

/// What a file says of the whole run: a processor, a date, a seed.
struct context_entry {
  std::string key;
  std::string json;   ///< its value, compact
  std::string plain;  ///< a text as it is, a number or a truth value; empty of anything else
};

/// Times are in nanoseconds, whatever unit the file has them in; a number that the file does not
/// have (a NaN, say) is no sample.
struct benchmark_run {
  std::string path;
  std::vector<context_entry> context;  ///< as the file has it, no key twice
  std::vector<metric> metrics;         ///< real_time, cpu_time and iterations first
  std::vector<benchmark_row> rows;
  std::vector<std::string> warnings;  ///< what was odd about the file; each a line

  /// The context's entry of that name; null if it has none.
  [[nodiscard]] const context_entry* find_context(std::string_view key) const noexcept;

  /// All of the context, an object in one line.
  [[nodiscard]] std::string context_json() const;

  /// The metric of that name; `metrics.size()` if no row has it.
  [[nodiscard]] std::uint32_t find(std::string_view metric) const noexcept;

  /// The values that a row has of a metric, in the order of repetitions. Times too large to be had
  /// in nanoseconds are none.
  [[nodiscard]] static std::vector<double> values(const benchmark_row&, std::uint32_t metric);
};

/// Their places in every run's `metrics`.
inline constexpr std::uint32_t real_time_metric = 0;
inline constexpr std::uint32_t cpu_time_metric = 1;
inline constexpr std::uint32_t iterations_metric = 2;

/// The clock that a row is judged by: the wall clock where the name ends in `/real_time` or
/// `/manual_time`, as the library does for its rates, else the processor's time.
[[nodiscard]] std::uint32_t judged_time(const benchmark_row&) noexcept;

}  // namespace permdelta

#pragma once

/// From the objects of a benchmark file's `benchmarks`, one field after the other, to a run's rows.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "run/benchmark_run.hpp"

namespace permdelta {

class row_builder {
 public:
  explicit row_builder(benchmark_run& run);

  /// An object begins; its fields follow, then it ends. What they say is refused by a message:
  /// empty if all is well.
  void begin();
  [[nodiscard]] std::string key(const std::string& spelled);
  [[nodiscard]] std::string text(std::string& value);
  [[nodiscard]] std::string number(double value);
  [[nodiscard]] std::string truth(bool value);
  [[nodiscard]] std::string missing();                      ///< null, or a number that is none
  [[nodiscard]] std::string nested(std::string_view what);  ///< an array or an object begins
  [[nodiscard]] std::string end();

  /// After the last one.
  void finish();

 private:
  enum field : std::uint32_t {
    name,
    run_name,
    run_type,
    aggregate_name,
    aggregate_unit,
    time_unit,
    label,
    error_message,
    skip_message,
    last_text = skip_message,
    error_occurred,
    skipped,
    real_time,
    cpu_time,
    iterations,
    repetition_index,
    repetitions,
    last_named = repetitions,
    ignored,
    field_count
  };
  /// What a key stands for: one of the fields, or field_count and a metric.
  struct meaning {
    field what;
    std::uint32_t metric;
    std::uint64_t seen_in;  ///< the last object that had it
  };

  [[nodiscard]] static bool is_truth(field what) {
    return what == error_occurred || what == skipped;
  }
  [[nodiscard]] std::string wrong(std::string_view got) const;
  [[nodiscard]] bool is(field what, std::string_view value) const { return texts_[what] == value; }
  [[nodiscard]] benchmark_row& row_of(const std::string& full_name);
  void take_samples(benchmark_row&, double nanoseconds);
  void take_aggregate(std::size_t row, double nanoseconds);

  benchmark_run& run_;
  std::unordered_map<std::string, meaning> meanings_;
  std::unordered_map<std::string, std::size_t> places_;  // of rows, by name
  std::vector<std::uint8_t> rank_;                       // of rows: what their numbers are
  struct aggregates {
    std::uint32_t count = 0;
    int means = 0;  // how many benchmarks of that name have told theirs
    int deviations = 0;
    spread real_time;
    spread cpu_time;
  };
  std::unordered_map<std::size_t, aggregates> aggregates_;  // of rows, by place

  // The object being read.
  std::uint64_t object_ = 0;
  const std::string* key_ = nullptr;
  meaning* at_ = nullptr;
  std::vector<std::string> texts_;
  std::optional<bool> failed_;
  bool skipped_ = false;
  std::vector<sample> numbers_;
  double repetitions_ = 0;
};

}  // namespace permdelta

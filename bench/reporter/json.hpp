#pragma once

/// Google Benchmark's JSON, strictly. The library's own writer prints `NaN` for a number that is
/// none, and it takes no more than a counter that is 0 in every repetition to make one (its cv is
/// 0/0): a perfect kernel would break the file.

#include <benchmark/benchmark.h>

#include <iosfwd>
#include <string>
#include <vector>

#include "common/json_writer.hpp"

namespace permdelta {

/// The schema is the library's (`context`, `benchmarks`), with these rules on top:
/// - a number that is not finite is left out;
/// - a counter or context entry named like a field of the schema gets the prefix `user_`;
/// - bytes that are not UTF-8 become U+FFFD.
///
/// One row is one line, flushed when it is known: a reader of a pipe sees it, and a run that is
/// killed has lost nothing but the closing brackets.
class json_reporter final : public benchmark::BenchmarkReporter {
 public:
  /// Writes to `out` and nowhere else, whatever the library sets as the reporter's stream. The
  /// entries of `context`, keys and values that are JSON, follow the library's own.
  explicit json_reporter(std::ostream& out, json_entries context = {});

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  std::ostream& out_;
  json_entries context_;
  bool opened_ = false;
  bool has_rows_ = false;
};

}  // namespace permdelta

#pragma once

/// One line a row, for spreadsheets: the same columns on every line, empty where there is nothing
/// to say, numbers with all their digits.

#include <benchmark/benchmark.h>

#include <iosfwd>
#include <vector>

namespace permdelta {

class csv_reporter final : public benchmark::BenchmarkReporter {
 public:
  /// Writes to `out` and nowhere else.
  explicit csv_reporter(std::ostream& out) : out_(out) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  std::ostream& out_;
};

}  // namespace permdelta

#pragma once

/// The table on the terminal: a row a benchmark, time and throughput beside the numerical counters.
/// Errors keep their magnitude (1.19e-07 where the library's own console says 119n) and an exact
/// zero is a bare `0`.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace permdelta {

/// Called around everything that is printed, so that a progress line can make room. Either may be
/// empty.
struct output_hooks {
  std::function<void()> before;
  std::function<void()> after;
};

class console_reporter final : public benchmark::BenchmarkReporter {
 public:
  /// Writes to `out` and nowhere else. The width of the names comes with the library's context,
  /// which knows the rows that the filter left and the suffixes they will get.
  explicit console_reporter(std::ostream& out, output_hooks hooks = {});

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  void between_hooks(const std::function<void()>& print_lines);
  void print(const Run& run);

  std::ostream& out_;
  output_hooks hooks_;
  std::size_t name_width_ = 0;
  std::string group_;
};

}  // namespace permdelta

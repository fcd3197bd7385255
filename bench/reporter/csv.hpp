#pragma once

/// The library's own CSV, on a stream of our choice. The library calls it deprecated and still takes the flag.

#include <benchmark/benchmark.h>

#include <iosfwd>

namespace permdelta {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

class csv_reporter final : public benchmark::CSVReporter {
 public:
  explicit csv_reporter(std::ostream& out) : out_(out) {}

  // The first thing that the library calls, after it has set a stream of its own.
  bool ReportContext(const Context& context) override {
    SetOutputStream(&out_);
    return CSVReporter::ReportContext(context);
  }

 private:
  std::ostream& out_;
};

#pragma GCC diagnostic pop

}  // namespace permdelta

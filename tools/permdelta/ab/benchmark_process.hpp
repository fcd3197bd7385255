#pragma once

/// Any Google Benchmark program, started anew for each batch.

#include <chrono>

#include "tools/permdelta/ab/child_process.hpp"
#include "tools/permdelta/ab/program.hpp"

namespace permdelta {

class benchmark_process final : public ab_program {
 public:
  /// Each start is `program --benchmark_min_time=BATCH ARGUMENTS...` and what chooses one case, and
  /// may run on those processors only. A start that takes longer than `timeout` fails its case.
  benchmark_process(std::string program, std::vector<std::string> arguments,
                    std::vector<int> processors, std::chrono::nanoseconds batch,
                    std::chrono::seconds timeout);

  [[nodiscard]] std::vector<program_case> list() override;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> context() override { return {}; }
  [[nodiscard]] named_values judge(const program_case&) override { return {}; }
  void prepare(const program_case& which) override { chosen_ = which.name; }
  [[nodiscard]] bool takes_iterations() const noexcept override { return false; }
  /// The program chooses the number of iterations. Its data can't be moved; x moves its stack, by
  /// the length of its environment.
  [[nodiscard]] batch_times run(std::size_t iterations, std::size_t x, std::size_t y) override;

 private:
  [[nodiscard]] child_request request_for(const captured_output& messages) const;

  std::string program_;
  std::vector<std::string> arguments_;
  std::vector<int> processors_;
  std::string min_time_;  // a flag
  std::chrono::seconds timeout_;
  std::string chosen_;
};

}  // namespace permdelta

#pragma once

/// A program of bench_main that runs its rows on request (run/worker_protocol.hpp).

#include <chrono>
#include <optional>

#include "common/line_channel.hpp"
#include "tools/permdelta/ab/child_process.hpp"
#include "tools/permdelta/ab/program.hpp"

namespace permdelta {

class worker_process final : public ab_program {
 public:
  /// Starts `program --worker=FD ARGUMENTS...`, which may run on those processors only. What it
  /// prints on standard output goes to standard error. A reply that takes longer than `timeout` is
  /// a program_error.
  worker_process(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<int>& processors, std::chrono::seconds timeout);

  [[nodiscard]] std::vector<program_case> list() override;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> context() override;
  [[nodiscard]] named_values judge(const program_case&) override;
  void prepare(const program_case&) override;
  [[nodiscard]] bool takes_iterations() const noexcept override { return true; }
  [[nodiscard]] batch_times run(std::size_t iterations, std::size_t x, std::size_t y) override;

 private:
  [[nodiscard]] std::string receive();
  [[nodiscard]] std::string ask(const std::string& request);
  template <class Take>
  void ask_for_lines(const std::string& request, const char* verb, Take take);
  [[noreturn]] void not_understood(const std::string& line) const;

  std::string program_;
  std::chrono::seconds timeout_;
  std::optional<child_process> child_;
  std::optional<line_channel> channel_;
};

}  // namespace permdelta

#include "tools/permdelta/ab/files.hpp"

#include <unistd.h>

#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include "common/local_time.hpp"
#include "run/benchmark_run.hpp"
#include "run/lock_step.hpp"
#include "run/write.hpp"

namespace permdelta {
namespace {

// The run of one side, as its file has it.
class run_maker {
 public:
  run_maker(const ab_plan& plan, std::string experiment)
      : plan_(plan), experiment_(std::move(experiment)) {
    for (const char* name : {"real_time", "cpu_time", "iterations"})
      run_.metrics.push_back(metric_of(name));
  }

  void add_context(const std::string& program, const json_entries& said) {
    const auto add = [&](std::string_view key, const auto& value) {
      json_writer json;
      json.value(value);
      run_.context.push_back({std::string(key), json.take(), {}});
    };
    add("date", local_time());
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    add("host_name", host.data());
    add("executable", program);
    add(lock_step::experiment_key, experiment_);
    add(lock_step::restarts_key, plan_.restarts);
    if (plan_.by_process) add(lock_step::by_process_key, true);
    for (const auto& [key, json] : said)
      if (key != "bandwidth_GB_per_s" && key != "loop_overhead_ns")
        run_.context.push_back({key, json, {}});
  }

  void add(const ab_case& which, bool is_contender) {
    benchmark_row row;
    row.name = which.name;
    row.message = is_contender ? which.contender_problem : which.base_problem;
    if (!row.message.empty())
      row.outcome = which.skipped ? row_outcome::skipped : row_outcome::failed;
    if (!which.failed() && which.restarts.empty()) {
      row.outcome = row_outcome::skipped;
      row.message = "not measured: the run ended first";
    }
    if (!which.failed()) {
      row.repetitions = static_cast<std::uint32_t>(which.restarts.size());
      for (std::uint32_t r = 0; r < row.repetitions; ++r) {
        const ab_restart& restart = which.restarts[r];
        const auto put = [&](std::string_view name, double value) {
          row.samples.push_back({place_of(name), r, value});
        };
        const ab_times& times = is_contender ? restart.contender : restart.base;
        put("real_time", times.wall);
        put("cpu_time", times.cpu);
        put("iterations", times.iterations);
        for (const auto& [name, value] :
             is_contender ? which.contender_counters : which.base_counters)
          put(name, value);
        if (is_contender) put(lock_step::ratio_metric, restart.ratio);
      }
    }
    run_.rows.push_back(std::move(row));
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    write_run(out, run_);
    return std::move(out).str();
  }

 private:
  std::uint32_t place_of(std::string_view name) {
    const std::uint32_t place = run_.find(name);
    if (place == run_.metrics.size()) run_.metrics.push_back(metric_of(name));
    return place;
  }

  const ab_plan& plan_;
  std::string experiment_;
  benchmark_run run_;
};

}  // namespace

ab_files files_of(const ab_experiment& experiment, const ab_plan& plan, const json_entries& base,
                  const json_entries& contender) {
  const std::string id = local_time() + " " + std::to_string(getpid());
  run_maker of_base(plan, id);
  run_maker of_contender(plan, id);
  of_base.add_context(experiment.base.program, base);
  of_contender.add_context(experiment.contender.program, contender);
  for (const ab_case& each : experiment.cases) {
    of_base.add(each, false);
    of_contender.add(each, true);
  }
  return {of_base.text(), of_contender.text()};
}

}  // namespace permdelta

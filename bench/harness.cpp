#include "bench/harness.hpp"

#include <benchmark/benchmark.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "bench/bandwidth.hpp"
#include "bench/environment.hpp"
#include "bench/float_environment.hpp"
#include "bench/loop_overhead.hpp"
#include "bench/options.hpp"
#include "bench/order.hpp"
#include "bench/progress.hpp"
#include "bench/registration.hpp"
#include "bench/registry.hpp"
#include "bench/reporter/console.hpp"
#include "bench/reporter/csv.hpp"
#include "bench/reporter/json.hpp"
#include "bench/worker.hpp"
#include "bench/workspace.hpp"
#include "common/one_line.hpp"
#include "common/output_file.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

void start_log(const options& options) {
  auto log = std::make_shared<spdlog::logger>(
      "permdelta", std::make_shared<spdlog::sinks::stderr_color_sink_st>());
  log->set_pattern("%^%l%$: %v");
  log->set_level(spdlog::level::from_str(options.log_level));
  spdlog::set_default_logger(std::move(log));
}

// The README's table of methods is made of this.
void print_kernels(const options& options) {
  constexpr std::size_t n = 4096;
  fmt::print("{:<28}{:<8}{:>5}  {}\n", "kernel", "isa", "lanes",
             "error bound of its sums at n = 4096, in u sum|x|");
  for (const kernel& k : catalog()) {
    if (std::ranges::find(options.isas, k.isa) == options.isas.end()) continue;
    fmt::print("{:<28}{:<8}{:>5}  {:.4g}\n", name_of(k), name(k.isa), k.lanes,
               sum_error_bound(k, n) / unit_roundoff(k.type()));
  }
}

std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(output_format format, std::ostream& out,
                                                            const json_entries& context,
                                                            output_hooks hooks) {
  switch (format) {
    case output_format::console:
      return std::make_unique<console_reporter>(out, std::move(hooks));
    case output_format::json:
      return std::make_unique<json_reporter>(out, context);
    case output_format::csv:
      return std::make_unique<csv_reporter>(out);
  }
  __builtin_unreachable();
}

// The library reads an argv of its own; it must outlive the run, and so does this.
void initialize_library(const std::string& program, const options& options) {
  static std::vector<std::string> arguments;
  arguments = {program};
  arguments.insert(arguments.end(), options.library_arguments.begin(),
                   options.library_arguments.end());
  // The filter has been applied. The file is ours: the library insists on one of its own where
  // there is a file reporter, and would empty the user's before the run.
  arguments.emplace_back("--benchmark_filter=all");
  arguments.emplace_back("--benchmark_format=console");
  arguments.emplace_back("--benchmark_out_format=json");
  arguments.emplace_back(options.out.empty() ? "--benchmark_out=" : "--benchmark_out=/dev/null");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::Initialize(&count, pointers.data());
  if (count > 1)
    throw usage_error(
        std::string(pointers[1]) +
        " is not a flag of this version of Google Benchmark, or has an invalid value");
}

// Before the run, so that nobody waits for rows that can't be kept.
void open(std::optional<output_file>& file, const std::string& path) try {
  file.emplace(path);
} catch (const std::system_error& error) {
  throw usage_error(std::string("--benchmark_out: ") + error.what());
}

void warn(const options& options, const std::vector<std::unique_ptr<row>>& rows) {
  if (std::string_view(PERMDELTA_BUILD_TYPE) != "Release")
    spdlog::warn("a {} build: its times say nothing", PERMDELTA_BUILD_TYPE);
  std::set<std::pair<shape, std::size_t>> studies;
  for (const auto& each : rows) studies.emplace(each->shape(), each->requested_orders(options));
  for (const auto& [of, requested] : studies)
    if (const std::size_t orders = orders_at(of.elements(), requested); orders < requested)
      spdlog::warn("n:{}{} is studied in {} orders instead of {}: 2^27 elements are the limit",
                   of.n, of.rows == 1 ? "" : "/rows:" + std::to_string(of.rows), orders, requested);
}

// Where the rows of a type do not have quite what the file has.
void warn_of_conversions(const std::vector<std::unique_ptr<row>>& rows) {
  std::set<std::pair<const input_file*, element_type>> seen;
  for (const auto& each : rows) {
    const auto* const file = std::get_if<const input_file*>(&each->origin());
    if (file == nullptr || !seen.emplace(*file, each->type()).second) continue;
    if (const std::string loss = conversion_loss((*file)->array, each->type()); !loss.empty())
      spdlog::warn("'{}': {}", (*file)->path, loss);
  }
}

int run(const std::string& program, const options& options, const std::vector<subject>& kernels) {
  const std::vector<subject> subjects = chosen_subjects(kernels, options);
  const std::vector<std::unique_ptr<row>> rows = make_rows(subjects, options);
  if (rows.empty()) {
    std::fprintf(stderr,
                 "%s: --benchmark_filter: nothing matches '%s'; --benchmark_list_tests shows the "
                 "names there are "
                 "with these --sizes, --types and --distributions\n",
                 program.c_str(), options.filter.c_str());
    return nothing_matched;
  }
  if (options.list_rows) {
    for (const auto& each : rows) std::cout << each->listed_name() << '\n';
    return success;
  }

  if (options.worker) {
    workspace shared(options.seed, options.orders, options.network_orders,
                     std::chrono::seconds(options.study_limit));
    serve(*options.worker, rows, run_context(options, subjects, {}), shared);
    return success;
  }

  initialize_library(program, options);
  std::optional<output_file> file;
  if (!options.out.empty()) open(file, options.out);

  spdlog::info("{}", banner(options));
  warn(options, rows);
  warn_of_conversions(rows);
  workspace shared(options.seed, options.orders, options.network_orders,
                   std::chrono::seconds(options.study_limit));
  bandwidth limits;  // measured before the rows: the context has them, and comes first
  for (const auto& each : rows) static_cast<void>(each->bandwidth_limit(limits));
  // On the same terminal it would run into rows that know nothing of it.
  const bool line_is_free = options.format == output_format::console || isatty(STDOUT_FILENO) == 0;
  progress progress(rows.size(), line_is_free && options.log_level == "info");
  for (const auto& each : rows) {
    auto* const registered =
        benchmark::RegisterBenchmark(each->name().c_str(), [&](benchmark::State& state) {
          if (!each->started()) progress.row_begins();
          each->run(state, shared, limits);
        });
    if (each->on_wall_clock()) registered->UseRealTime();
  }

  const json_entries context =
      run_context(options, subjects, {limits.measured(), loop_overhead_ns()});
  const auto display =
      make_reporter(options.format, std::cout, context,
                    {.before = [&] { progress.erase(); }, .after = [&] { progress.draw(); }});
  std::unique_ptr<benchmark::BenchmarkReporter> record;
  if (file) record = make_reporter(options.out_format, file->stream(), context, {});
  benchmark::RunSpecifiedBenchmarks(display.get(), record.get());
  benchmark::ClearRegisteredBenchmarks();
  progress.erase();
  if (file) file->commit();
  if (!std::cout.flush()) throw std::runtime_error("standard output could not be written");

  const auto wrong = std::ranges::count_if(rows, [](const auto& each) { return each->wrong(); });
  if (wrong == 0) return success;
  spdlog::error("{} of {} rows gave a wrong result", wrong, rows.size());
  return failure;
}

// `kernels_of()` may throw, and then it is said in one line as everything else is.
template <class KernelsOf>
int program(int argc, char** argv, const KernelsOf& kernels_of) {
  const std::string path = argc > 0 ? argv[0] : "bench";
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto complain = [&](const char* what) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), one_line(what).c_str());
  };
  try {
    const options options = parse_options({argv + (argc > 0 ? 1 : 0), argv + argc});
    if (!options.help.empty()) {
      std::cout << options.help;
      return success;
    }
    start_log(options);
    if (!float_environment::is_default())
      throw std::runtime_error(
          "rounding is not to nearest, or subnormal numbers are flushed to zero, from the start: "
          "-ffast-math and -Ofast do that to the program that is linked with them");
    if (options.list_kernels) {
      print_kernels(options);
      return success;
    }
    return run(name, options, kernels_of());
  } catch (const usage_error& error) {
    complain(error.what());
    return bad_usage;
  } catch (const std::exception& error) {
    complain(error.what());
    return failure;
  }
}

}  // namespace

int bench_main(int argc, char** argv) {
  return program(
      argc, argv, []() -> const auto& { return registered_kernels(); });
}

int bench_main(int argc, char** argv, const std::vector<subject>& kernels) {
  return program(argc, argv, [&] {
    std::vector<subject> checked;
    for (const subject& each : kernels) add_kernel(checked, each);
    return checked;
  });
}

}  // namespace permdelta

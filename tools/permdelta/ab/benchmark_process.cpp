#include "tools/permdelta/ab/benchmark_process.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "run/display.hpp"
#include "run/read.hpp"
#include "tools/permdelta/ab/child_process.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

// A regular expression that this name alone matches.
std::string only(std::string_view name) {
  constexpr std::string_view special = R"(.^$*+?()[]{}|\)";
  std::string pattern = "^";
  for (const char c : name) {
    if (special.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '$';
}

// Its last `/threads:4`, which the library writes.
std::size_t threads_of(std::string_view name) {
  constexpr std::string_view part = "/threads:";
  const std::size_t at = name.rfind(part);
  std::size_t count = 1;
  if (at != std::string_view::npos)
    std::from_chars(name.data() + at + part.size(), name.data() + name.size(), count);
  return std::max<std::size_t>(count, 1);
}

}  // namespace

benchmark_process::benchmark_process(std::string program, std::vector<std::string> arguments,
                                     std::vector<int> processors, std::chrono::nanoseconds batch,
                                     std::chrono::seconds timeout)
    : program_(std::move(program)),
      arguments_(std::move(arguments)),
      processors_(std::move(processors)),
      // Versions before 1.8 take no unit behind it.
      min_time_("--benchmark_min_time=" + shortest(std::chrono::duration<double>(batch).count())),
      timeout_(timeout) {}

std::vector<program_case> benchmark_process::list() {
  const captured_output output;
  const captured_output error;
  child_request request{{program_, min_time_}, processors_};
  request.arguments.insert(request.arguments.end(), arguments_.begin(), arguments_.end());
  request.arguments.emplace_back("--benchmark_list_tests=true");
  request.output = output.descriptor();
  request.error = error.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(timeout_); !ending.empty())
    throw program_error("'" + program_ + "' " + ending + ": " + error.last_line());
  std::vector<program_case> cases;
  const std::string text = output.text();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t workers = threads_of(name);
    if (!name.empty()) cases.push_back({std::move(name), cases.size(), workers});
  }
  return cases;
}

batch_times benchmark_process::run(std::size_t /*iterations*/, std::size_t /*x*/,
                                   std::size_t /*y*/) {
  const captured_output result;
  const captured_output error;
  child_request request{{program_, min_time_}, processors_};
  request.arguments.insert(request.arguments.end(), arguments_.begin(), arguments_.end());
  for (std::string flag :
       {"--benchmark_filter=" + only(chosen_), std::string("--benchmark_out_format=json"),
        "--benchmark_out=/proc/self/fd/" + std::to_string(result.descriptor())})
    request.arguments.push_back(std::move(flag));
  request.inherited = {result.descriptor()};
  request.output = request.error = error.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(timeout_); !ending.empty())
    throw case_error("'" + program_ + "' " + ending + ": " + error.last_line());

  benchmark_run run;
  try {
    run = parse_run(result.text(), program_);
  } catch (const run_error& wrong) {
    throw case_error(std::string("its results can't be read: ") + wrong.what());
  }
  if (run.rows.empty()) throw case_error("'" + program_ + "' has no result of it");
  const benchmark_row& row = run.rows.front();
  if (row.outcome != row_outcome::finished) throw case_error(row.message);
  const auto value = [&](std::uint32_t metric) {
    const auto values = benchmark_run::values(row, metric);
    if (values.empty()) throw case_error("'" + program_ + "' has no time of it");
    return median(values);
  };
  const double iterations = value(iterations_metric);
  return {0, value(cpu_time_metric) * iterations, value(real_time_metric) * iterations, iterations};
}

}  // namespace permdelta

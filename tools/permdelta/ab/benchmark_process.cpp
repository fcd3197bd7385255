#include "tools/permdelta/ab/benchmark_process.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "run/display.hpp"
#include "run/name_parts.hpp"
#include "run/read.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

constexpr std::size_t longest_path = 8192;

// A regular expression that this name alone matches.
std::string only(std::string_view name) {
  // Not ] and }, which some libraries of regular expressions refuse to have escaped.
  constexpr std::string_view special = R"(.^$*+?()[{|\)";
  std::string pattern = "^";
  for (const char c : name) {
    if (special.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '$';
}

std::size_t threads_of(std::string_view name) {
  std::size_t count = 1;
  for (const auto& [key, value] : split_name(name).suffixes)
    if (key == "threads") std::from_chars(value.data(), value.data() + value.size(), count);
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

child_request benchmark_process::request_for(const captured_output& messages) const {
  child_request request{{program_, min_time_}, processors_};
  request.arguments.insert(request.arguments.end(), arguments_.begin(), arguments_.end());
  request.output = request.error = messages.descriptor();
  return request;
}

std::vector<program_case> benchmark_process::list() {
  const captured_output output;
  const captured_output messages;
  child_request request = request_for(messages);
  request.arguments.emplace_back("--benchmark_list_tests=true");
  request.output = output.descriptor();
  child_process child(request);
  if (const std::string ending = child.ending(timeout_); !ending.empty())
    throw program_error("'" + program_ + "' " + ending + reason_in(messages.text()));
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

batch_times benchmark_process::run(std::size_t /*iterations*/, std::size_t x, std::size_t /*y*/) {
  const captured_output result;
  const captured_output messages;
  child_request request = request_for(messages);
  for (std::string flag :
       {"--benchmark_filter=" + only(chosen_), std::string("--benchmark_out_format=json"),
        "--benchmark_out=/proc/self/fd/" + std::to_string(result.descriptor())})
    request.arguments.push_back(std::move(flag));
  request.inherited = {result.descriptor()};
  // The stack begins below the environment and the program's path, which the kernel stores twice.
  // Together they take the same number of bytes on both sides; x adds x / 64.
  request.variable =
      "PERMDELTA_PADDING=" +
      std::string(x / 64 + longest_path - std::min(2 * program_.size(), longest_path), '.');
  child_process child(request);
  if (const std::string ending = child.ending(timeout_); !ending.empty())
    throw case_error("'" + program_ + "' " + ending + reason_in(messages.text()));

  benchmark_run run;
  try {
    run = parse_run(result.text(), program_);
  } catch (const run_error& wrong) {
    throw case_error(std::string("its results can't be read: ") + wrong.what() +
                     reason_in(messages.text()));
  }
  if (run.rows.empty())
    throw case_error("'" + program_ + "' reported no result for this case" +
                     reason_in(messages.text()));
  const benchmark_row& row = run.rows.front();
  if (row.outcome == row_outcome::skipped) throw case_skipped(row.message);
  if (row.outcome == row_outcome::failed) throw case_error(row.message);
  const auto value = [&](std::uint32_t metric) {
    const auto values = benchmark_run::values(row, metric);
    if (values.empty()) throw case_error("'" + program_ + "' reported no time for this case");
    return median(values);
  };
  const double iterations = value(iterations_metric);
  return {0, value(cpu_time_metric) * iterations, value(real_time_metric) * iterations, iterations};
}

}  // namespace permdelta

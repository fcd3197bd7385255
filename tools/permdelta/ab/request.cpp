#include "tools/permdelta/ab/request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/joined.hpp"
#include "common/usage_error.hpp"
#include "common/whole_number.hpp"
#include "tools/permdelta/ab/benchmark_process.hpp"
#include "tools/permdelta/ab/commits.hpp"
#include "tools/permdelta/ab/worker_process.hpp"
#include "tools/permdelta/flags.hpp"

namespace permdelta {
namespace {

// Of this project.
constexpr const char* default_build =
    "cmake -S . -B build/ab -DCMAKE_BUILD_TYPE=Release -DPERMDELTA_BUILD_TESTS=OFF && "
    "cmake --build build/ab --parallel \"$(nproc)\" --target bench";
constexpr const char* default_program = "build/ab/bin/bench";

// `1ms`, `90s`, `10m`.
std::chrono::nanoseconds duration_of(const char* flag, const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, nanoseconds] : units)
    if (error == std::errc{} && unit == name && value > 0 && value * nanoseconds < 1e18)
      return std::chrono::nanoseconds(std::llround(value * nanoseconds));
  throw usage_error(std::string(flag) + ": '" + text +
                    "'; allowed: a positive number and us, ms, s, m or h, as 1ms or 10m");
}

std::chrono::seconds timeout_of(const ab_request& request) {
  return std::chrono::ceil<std::chrono::seconds>(
      std::min(duration_of("--timeout", request.timeout), duration_of("--budget", request.budget)));
}

std::vector<int> processors_of(const std::string& text) {
  std::vector<int> allowed = allowed_processors();
  if (text == "auto") return allowed;
  const auto number = static_cast<int>(whole_number("--cpu", text, 0, 1'000'000));
  if (std::ranges::find(allowed, number) == allowed.end()) {
    std::vector<std::string> names;
    for (const int each : allowed) names.push_back(std::to_string(each));
    throw usage_error("--cpu: this process may not use processor " + text + "; allowed: auto, " +
                      joined(names));
  }
  return {number};
}

void check(const ab_request& request) {
  if (request.baseline.empty() != request.contender.empty())
    throw usage_error("--baseline and --contender go together");
  if (request.is_within() && request.baseline == request.contender)
    throw usage_error("--baseline and --contender are both '" + request.baseline + "'");
  if (request.is_within() && request.same_program)
    throw usage_error("--aa compares a program with itself; --baseline and --contender do not");
  if (!request.are_commits && (request.build || request.program))
    throw usage_error("--build and --program are for --commits");
  if (request.program)
    if (const auto path = std::filesystem::path(*request.program).lexically_normal();
        path.empty() || path.is_absolute() || *path.begin() == "..")
      throw usage_error("--program: '" + *request.program +
                        "' is not below a revision's root; allowed: a path from there");
  if (request.are_commits && request.is_one_program())
    throw usage_error(
        "--commits takes two revisions; --aa, --baseline and --contender take one program");
  const std::size_t count = request.programs.size();
  if (count != (request.is_one_program() ? 1 : 2))
    throw usage_error(std::to_string(count) + (count == 1 ? " program" : " programs") +
                      "; allowed: OLD NEW, or one program with --aa, or with --baseline and "
                      "--contender; flags for the programs follow after --");
}

ab_side side_of(const ab_request& request, const ab_plan& plan, const std::string& program) {
  std::vector<std::string> arguments = request.arguments;
  if (!request.filter.empty()) arguments.push_back("--benchmark_filter=" + request.filter);
  const std::chrono::seconds timeout = timeout_of(request);
  if (request.by_process)
    return {program, [=, batch = plan.batch](const std::vector<int>& processors) {
              return std::make_unique<benchmark_process>(program, arguments, processors, batch,
                                                         timeout);
            }};
  arguments.emplace_back("--log_level=error");
  return {program, [=](const std::vector<int>& processors) {
            return std::make_unique<worker_process>(program, arguments, processors, timeout);
          }};
}

}  // namespace

std::vector<flag> ab_request::flags() {
  std::vector<flag> all{
      {"PROGRAM",
       &programs,
       "OLD NEW, two builds of bench or of a program like it; one, with --aa or --baseline",
       "",
       {.required = true, .max_count = 2}},
      {"--aa", &same_program, "run one program against itself: the noise here"},
      {"--baseline", &baseline, "compare cases of one program: the name part of the base", "PART"},
      {"--contender", &this->contender, "the name part of the contender", "PART"},
      {"--by-process", &by_process,
       "OLD NEW are any Google Benchmark programs, started anew for each batch"},
      {"--commits", &are_commits, "OLD NEW are revisions, built in worktrees of their own"},
      {"--build", &build,
       std::string("command that builds a revision, run in its root (") + default_build + ")",
       "COMMAND"},
      {"--program", &program,
       std::string("path of the built program, relative to that root (") + default_program + ")",
       "PATH"},
      {"--filter", &filter, "cases to run, by name, as --benchmark_filter does", "REGEX"},
      {"--restarts", &restarts, "number of restarts of both programs (10); a verdict needs 6", "N"},
      {"--pairs", &pairs, "batches of each in a restart (50; 5 with --by-process)", "N"},
      {"--batch", &batch, "minimum time of a batch (1ms; 20ms with --by-process)", "TIME"},
      {"--cpu", &cpu, "processor to pin both to; auto: each in turn", "N"},
      {"--budget", &budget, "time limit from the first restart on, which always completes (10m)",
       "TIME"},
      {"--timeout", &timeout,
       "time limit for a reply of a program, its study included (15m, at most --budget)", "TIME"},
      {"--seed", &seed, "of orders and places (42)", "N"},
      {"--out-base", &base_file, "write the base's times as Google Benchmark's JSON", "FILE"},
      {"--out-contender", &contender_file, "write the contender's times, as above", "FILE"}};
  std::ranges::move(presented.flags(), std::back_inserter(all));
  return all;
}

ab_plan plan_of(const ab_request& request) {
  check(request);
  ab_plan plan;
  plan.restarts = whole_number("--restarts", request.restarts, 1, 1000);
  plan.pairs = whole_number("--pairs", request.pairs.value_or(request.by_process ? "5" : "50"), 1,
                            1'000'000);
  plan.by_process = request.by_process;
  if (request.by_process) plan.warm_up_pairs = 0;  // the library has a warm-up of its own
  plan.seed = whole_number("--seed", request.seed, 0, ~std::uint64_t{0});
  plan.batch = duration_of("--batch", request.batch.value_or(request.by_process ? "20ms" : "1ms"));
  plan.budget = duration_of("--budget", request.budget);
  plan.processors = processors_of(request.cpu);
  return plan;
}

ab_sides sides_of(const ab_request& request, const ab_plan& plan) {
  std::vector<std::string> programs = request.programs;
  if (request.are_commits) {
    const revision_build build{request.build.value_or(default_build),
                               request.program.value_or(default_program)};
    std::vector<std::string> hashes;  // all of them before one is built
    for (const std::string& each : programs) hashes.push_back(hash_of(each));
    if (hashes.front() == hashes.back())
      warn("'" + programs.front() + "' and '" + programs.back() + "' are one commit");
    for (std::size_t i = 0; i < hashes.size(); ++i)
      programs[i] = program_of(hashes[i], programs[i], build);
  }
  ab_sides found{side_of(request, plan, programs.front()), side_of(request, plan, programs.back()),
                 request.programs.front(), request.programs.back()};
  if (request.is_within()) {
    found.base_name = request.baseline;
    found.contender_name = request.contender;
  }
  return found;
}

}  // namespace permdelta

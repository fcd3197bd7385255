#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/joined.hpp"
#include "common/output_file.hpp"
#include "common/usage_error.hpp"
#include "common/whole_number.hpp"
#include "run/display.hpp"
#include "run/read.hpp"
#include "tools/permdelta/ab/experiment.hpp"
#include "tools/permdelta/ab/files.hpp"
#include "tools/permdelta/compare/paired.hpp"
#include "tools/permdelta/compare/presenter.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/open_output.hpp"
#include "tools/permdelta/subcommands.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

struct request {
  std::vector<std::string> programs;
  std::vector<std::string> arguments;  // of the programs
  std::string filter;
  std::string baseline;
  std::string contender;
  bool same_program = false;
  std::string restarts = "10";
  std::string pairs = "50";
  std::string batch = "1ms";
  std::string budget = "10m";
  std::string timeout = "15m";
  std::string cpu = "auto";
  std::string seed = "42";
  std::optional<std::string> base_file;
  std::optional<std::string> contender_file;
  presenter_request presented;
};

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

// What the programs are, and what is compared with what.
struct sides {
  ab_side base;
  ab_side contender;
  std::string base_name;
  std::string contender_name;
};

sides sides_of(const request& request) {
  const std::vector<std::string>& programs = request.programs;
  std::vector<std::string> arguments = request.arguments;
  if (!request.filter.empty()) arguments.push_back("--benchmark_filter=" + request.filter);
  arguments.emplace_back("--log_level=error");

  const bool within = !request.baseline.empty() || !request.contender.empty();
  if (within && (request.baseline.empty() || request.contender.empty()))
    throw usage_error("--baseline and --contender go together");
  if (within && request.baseline == request.contender)
    throw usage_error("--baseline and --contender are both '" + request.baseline + "'");
  if (within && request.same_program)
    throw usage_error("--aa compares a program with itself; --baseline and --contender do not");
  const std::size_t expected = within || request.same_program ? 1 : 2;
  if (programs.size() != expected)
    throw usage_error(std::to_string(programs.size()) +
                      (programs.size() == 1 ? " program" : " programs") +
                      "; allowed: OLD NEW, or one program with --aa, or with --baseline and "
                      "--contender; flags for the programs follow after --");
  sides found{{programs.front(), arguments}, {programs.back(), arguments}, {}, {}};
  found.base_name = within ? request.baseline : programs.front();
  found.contender_name = within ? request.contender : programs.back();
  return found;
}

// The side's cases as rows that have not been measured.
struct known_side {
  std::vector<worker_case> cases;
  std::vector<std::pair<std::string, std::string>> context;
  benchmark_run names;
};

known_side ask(const ab_side& side, const ab_plan& plan) try {
  worker_process program(side.program, side.arguments, plan.processors, plan.timeout);
  known_side known{program.list(), program.context(), {}};
  known.names.path = side.program;
  for (const worker_case& each : known.cases) {
    benchmark_row row;
    row.name = each.name;
    known.names.rows.push_back(std::move(row));
  }
  return known;
} catch (const worker_error& error) {
  throw usage_error(std::string(error.what()) +
                    "; allowed: a program of bench_main, of permdelta 0.2 or later, and its flags");
} catch (const std::system_error& error) {
  throw usage_error(error.what());
}

std::size_t number_of(const benchmark_row* row, const benchmark_run& run) {
  return static_cast<std::size_t>(row - run.rows.data());
}

std::vector<ab_case> cases_of(const pairing& rows, const known_side& base,
                              const known_side& contender) {
  std::vector<ab_case> cases;
  for (const row_pair& pair : rows.pairs) {
    ab_case made;
    made.name = pair.name;
    made.base = number_of(pair.base, base.names);
    made.contender = number_of(pair.contender, contender.names);
    made.workers = base.cases[made.base].workers;
    if (const std::size_t other = contender.cases[made.contender].workers; other != made.workers)
      made.contender_problem =
          std::to_string(other) + " threads; the base has " + std::to_string(made.workers);
    cases.push_back(std::move(made));
  }
  return cases;
}

void erase_progress() {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\x1b[K");
}

// Ctrl-C ends the experiment, with what is known so far; a second one ends the program.
class interruption {
 public:
  interruption() {
    struct sigaction action {};
    action.sa_handler = [](int) { ab_interrupted = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before_[0]);
    sigaction(SIGTERM, &action, &before_[1]);
  }
  ~interruption() {
    sigaction(SIGINT, &before_[0], nullptr);
    sigaction(SIGTERM, &before_[1], nullptr);
    erase_progress();
  }
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;

 private:
  struct sigaction before_[2]{};
};

// On a terminal one line that is written over, elsewhere one for each restart.
void show_progress(std::size_t restart, std::size_t restarts, std::size_t cases,
                   std::chrono::seconds left) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  if (!terminal && cases > 0) return;
  std::fprintf(stderr, "%spermdelta: restart %zu of %zu, %zu cases left in it, about %lld s left%s",
               terminal ? "\r" : "", restart + 1, restarts, cases,
               static_cast<long long>(left.count()), terminal ? "\x1b[K" : "\n");
}

void write_file(std::optional<output_file>& file, const std::string& text) {
  if (!file) return;
  file->stream() << text;
  file->commit();
}

// What the same program against itself says of the machine.
void say_noise_floor(const comparison& result) {
  std::vector<double> widths;
  double farthest = 0;
  for (const compared_row& row : result.rows) {
    if (!row.time.bounds) continue;
    farthest = std::max(farthest, std::abs(std::log(row.time.ratio)));
    widths.push_back(std::log(row.time.bounds->high / row.time.bounds->low) / 2);
  }
  if (widths.empty()) return;
  const auto percent = [](double log) { return significant(100 * std::expm1(log), 2) + " %"; };
  std::fprintf(stderr,
               "permdelta: noise floor: ratios up to %s off 1; 95 %% intervals of +-%s (median), "
               "+-%s (widest)\n",
               percent(farthest).c_str(), percent(median(widths)).c_str(),
               percent(std::ranges::max(widths)).c_str());
}

bool ab(const request& request) {
  signal(SIGPIPE, SIG_IGN);  // a pipe that is closed is an error of what is written, not an end
  ab_plan plan;
  plan.restarts = whole_number("--restarts", request.restarts, 1, 1000);
  plan.pairs = whole_number("--pairs", request.pairs, 1, 1'000'000);
  plan.seed = whole_number("--seed", request.seed, 0, ~std::uint64_t{0});
  plan.batch = duration_of("--batch", request.batch);
  plan.budget = duration_of("--budget", request.budget);
  plan.timeout = std::chrono::ceil<std::chrono::seconds>(duration_of("--timeout", request.timeout));
  plan.processors = processors_of(request.cpu);
  const sides which = sides_of(request);
  const std::vector<std::string> inputs{which.base.program, which.contender.program};
  presenter output(request.presented, inputs);
  std::optional<output_file> base_file;
  std::optional<output_file> contender_file;
  const auto same = [](const std::optional<std::string>& one,
                       const std::optional<std::string>& other) {
    return one && other &&
           std::filesystem::weakly_canonical(std::filesystem::absolute(*one)) ==
               std::filesystem::weakly_canonical(std::filesystem::absolute(*other));
  };
  if (same(request.base_file, request.contender_file) ||
      same(request.base_file, request.presented.output) ||
      same(request.contender_file, request.presented.output))
    throw usage_error("--out-base, --out-contender and -o: two of them are one file");
  if (request.base_file) open_beside_inputs(base_file, *request.base_file, inputs);
  if (request.contender_file) open_beside_inputs(contender_file, *request.contender_file, inputs);

  const known_side base = ask(which.base, plan);
  const bool within = !request.baseline.empty();
  const bool one_program = within || request.same_program;
  const known_side other = one_program ? known_side{} : ask(which.contender, plan);
  const known_side& contender = one_program ? base : other;
  const pairing rows = within ? pair_within(base.names, request.baseline, request.contender)
                              : pair_by_name(base.names, contender.names);
  if (rows.pairs.empty())
    throw usage_error("no case of '" + which.base_name + "' is one of '" + which.contender_name +
                      "'");

  ab_experiment experiment{which.base, which.contender, cases_of(rows, base, contender), false, {},
                           {}};
  experiment.is_decided = [&](const ab_case& each) {
    if (!is_look(each.restarts.size(), plan.restarts)) return false;
    std::vector<double> ratios;
    for (const ab_restart& restart : each.restarts) ratios.push_back(restart.ratio);
    const auto found = paired_ratio_of(ratios, plan.restarts);
    return found && verdict_on(*found, output.noise()) != time_verdict::unclear;
  };
  experiment.progress = [&](std::size_t restart, std::size_t cases, std::chrono::seconds left) {
    show_progress(restart, plan.restarts, cases, left);
  };
  {
    const interruption guard;
    run(experiment, plan);
  }

  const ab_files files = files_of(experiment, plan, base.context, contender.context);
  std::exception_ptr lost;  // what could not be written; the table all the same
  for (const auto& [file, text] :
       {std::pair{&base_file, &files.base}, std::pair{&contender_file, &files.contender}})
    try {
      write_file(*file, *text);
    } catch (...) {
      lost = std::current_exception();
    }
  const benchmark_run base_run = parse_run(files.base, which.base_name);
  const benchmark_run contender_run = parse_run(files.contender, which.contender_name);

  for (const benchmark_run* run : {&base_run, &contender_run})
    if (const context_entry* const build = run->find_context("permdelta_build_type");
        build != nullptr && build->plain != "Release")
      warn("'" + run->path + "' is a " + build->plain + " build: its times say nothing");
  const std::string different = other_study(base_run, contender_run);
  if (!different.empty()) warn(different + ": only times are compared");
  pairing measured = pair_by_name(base_run, contender_run);
  std::ranges::copy(rows.unpaired, std::back_inserter(measured.unpaired));
  const comparison_options options{.noise = output.noise(), .with_counters = different.empty()};
  comparison result = compare(base_run, contender_run, std::move(measured), options);
  if (request.same_program) say_noise_floor(result);
  if (experiment.is_over_budget) warn("--budget is spent: this is what was known by then");
  if (ab_interrupted != 0) warn("interrupted: this is what was known by then");
  const bool passed = output.present({.base = which.base_name,
                                      .contender = which.contender_name,
                                      .context = differences(base_run, contender_run),
                                      .result = std::move(result)});
  if (lost) std::rethrow_exception(lost);
  return passed && ab_interrupted == 0 &&
         std::ranges::none_of(experiment.cases, [](const ab_case& each) { return each.failed(); });
}

}  // namespace

subcommand ab_command(bool& passed) {
  const auto read = std::make_shared<request>();
  std::vector<flag> flags{
      {"PROGRAM",
       &read->programs,
       "OLD NEW, two builds of bench or of a program like it; one, with the next three flags",
       "",
       {.required = true, .max_count = 2}},
      {"--aa", &read->same_program, "run one program against itself: the noise here"},
      {"--baseline", &read->baseline, "one program: part of the names of cases that are the base",
       "PART"},
      {"--contender", &read->contender, "and of those that are compared with them", "PART"},
      {"--filter", &read->filter, "cases to run, by name, as --benchmark_filter does", "REGEX"},
      {"--restarts", &read->restarts, "how often both are started anew (10); a verdict takes 6",
       "N"},
      {"--pairs", &read->pairs, "batches of each in a restart (50)", "N"},
      {"--batch", &read->batch, "minimum time of a batch (1ms)", "TIME"},
      {"--cpu", &read->cpu, "processor to pin both to; auto: each in turn", "N"},
      {"--budget", &read->budget, "time limit for everything (10m)", "TIME"},
      {"--timeout", &read->timeout, "time limit for a reply of a program, its study included (15m)",
       "TIME"},
      {"--seed", &read->seed, "of orders and places (42)", "N"},
      {"--out-base", &read->base_file, "write the base's times as Google Benchmark's JSON", "FILE"},
      {"--out-contender", &read->contender_file, "likewise the contender's", "FILE"}};
  std::ranges::move(read->presented.flags(), std::back_inserter(flags));
  return {.name = "ab",
          .meaning = "run two builds of a benchmark in lock step: is one of them slower?",
          .flags = std::move(flags),
          .footer =
              "What follows -- are flags for the programs: -- --sizes=4096 --types=fp32\n"
              "Verdicts: SLOWER and FASTER where the 95 % interval of the ratio excludes 1 and the "
              "ratio is beyond\n"
              "--noise, SAME where the interval lies within --noise, else UNCLEAR. Exact counters: "
              "bit for bit.\n"
              "Exit codes: 0 success, 1 a --fail-on condition was met, a case failed, it was "
              "interrupted, or "
              "the output could\n"
              "not be written, 2 bad usage or program.",
          .run = [read, &passed] { passed = ab(*read); },
          .rest = &read->arguments};
}

}  // namespace permdelta

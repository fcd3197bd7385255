#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/output_file.hpp"
#include "common/usage_error.hpp"
#include "run/display.hpp"
#include "run/read.hpp"
#include "tools/permdelta/ab/experiment.hpp"
#include "tools/permdelta/ab/files.hpp"
#include "tools/permdelta/ab/interruption.hpp"
#include "tools/permdelta/ab/request.hpp"
#include "tools/permdelta/compare/paired.hpp"
#include "tools/permdelta/compare/presenter.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/open_output.hpp"
#include "tools/permdelta/subcommands.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {
namespace {

// The side's cases as rows that have not been measured.
struct known_side {
  std::vector<program_case> cases;
  std::vector<std::pair<std::string, std::string>> context;
  benchmark_run names;
};

known_side ask(const ab_side& side, const ab_plan& plan) try {
  const auto program = side.start(plan.processors);
  known_side known{program->list(), program->context(), {}};
  known.names.path = side.program;
  std::set<std::string> names;
  for (const program_case& each : known.cases) {
    if (!names.insert(each.name).second)
      throw usage_error("'" + side.program + "' has two cases called '" + each.name +
                        "'; allowed: one, or a --filter that leaves them out");
    benchmark_row row;
    row.name = each.name;
    known.names.rows.push_back(std::move(row));
  }
  return known;
} catch (const program_error& error) {
  throw usage_error(std::string(error.what()) + "; allowed: " +
                    (plan.by_process
                         ? "a Google Benchmark program, and its flags"
                         : "a program of bench_main that has --worker, its flags, and a "
                           "--filter that matches; with --by-process any Google Benchmark "
                           "program"));
} catch (const std::system_error& error) {
  throw usage_error(error.what());
}

const program_case& case_of(const benchmark_row* row, const known_side& side) {
  return side.cases[static_cast<std::size_t>(row - side.names.rows.data())];
}

std::vector<ab_case> cases_of(const pairing& rows, const known_side& base,
                              const known_side& contender) {
  std::vector<ab_case> cases;
  for (const row_pair& pair : rows.pairs) {
    ab_case made{pair.name, case_of(pair.base, base), case_of(pair.contender, contender)};
    made.by_wall_clock = judged_time(*pair.base) == real_time_metric;
    if (made.contender.workers != made.base.workers)
      made.contender_problem = std::to_string(made.contender.workers) + " threads; the base has " +
                               std::to_string(made.base.workers);
    cases.push_back(std::move(made));
  }
  return cases;
}

void erase_progress() {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\x1b[K");
}

// On a terminal one line that is written over, elsewhere one for each restart.
void show_progress(std::size_t restart, std::size_t restarts, std::size_t cases,
                   std::chrono::seconds left) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  if (!terminal && cases > 0) return;
  std::fprintf(stderr, "%spermdelta: restart %zu of %zu, %zu cases left in it, about %lld s left%s",
               terminal ? "\r" : "", restart + 1, restarts, cases,
               static_cast<long long>(left.count()), terminal ? "\x1b[K" : "\n");
}

// What the same program against itself says of the machine.
void say_noise_floor(const comparison& result, double noise) {
  std::vector<double> widths;
  double farthest = 0;
  for (const compared_row& row : result.rows) {
    if (!row.time.bounds) continue;
    farthest = std::max(farthest, std::abs(std::log(row.time.ratio)));
    widths.push_back(std::log(row.time.bounds->high / row.time.bounds->low) / 2);
  }
  if (widths.empty()) return;
  const auto percent = [](double log) { return significant(100 * std::expm1(log), 2) + " %"; };
  // A change is found where the estimate is beyond the threshold and the interval excludes 1; the
  // estimate is off by half an interval at most, as a rule.
  const auto found = [&](double half) { return std::max(std::log1p(noise), half) + half; };
  const double usual = median(widths);
  const double widest = std::ranges::max(widths);
  std::fprintf(stderr,
               "permdelta: noise floor: ratios up to %s off 1; 95 %% intervals of +-%s (median), "
               "+-%s (widest); changes of %s are usually found, of %s in the noisiest case\n",
               percent(farthest).c_str(), percent(usual).c_str(), percent(widest).c_str(),
               percent(found(usual)).c_str(), percent(found(widest)).c_str());
}

// The two files that --out-base and --out-contender ask for.
class written_files {
 public:
  written_files(const ab_request& request, const std::vector<std::string>& inputs) {
    const auto same = [](const std::optional<std::string>& one,
                         const std::optional<std::string>& other) {
      return one && other &&
             std::filesystem::weakly_canonical(std::filesystem::absolute(*one)) ==
                 std::filesystem::weakly_canonical(std::filesystem::absolute(*other));
    };
    if (same(request.base_file, request.contender_file) ||
        same(request.base_file, request.presented.output) ||
        same(request.contender_file, request.presented.output))
      throw usage_error("--out-base, --out-contender and -o must be different files");
    if (request.base_file) open_beside_inputs(base_, *request.base_file, inputs);
    if (request.contender_file) open_beside_inputs(contender_, *request.contender_file, inputs);
  }

  /// Null, or why one of them could not be written.
  [[nodiscard]] std::exception_ptr write(const ab_files& files) {
    std::exception_ptr lost;
    for (const auto& [file, text] :
         {std::pair{&base_, &files.base}, std::pair{&contender_, &files.contender}})
      try {
        if (!*file) continue;
        (*file)->stream() << *text;
        (*file)->commit();
      } catch (...) {
        lost = std::current_exception();
      }
    return lost;
  }

 private:
  std::optional<output_file> base_;
  std::optional<output_file> contender_;
};

// A gate that could not trip, whatever the programs do.
void check_gates(const std::vector<gate>& gates, const ab_plan& plan) {
  for (const gate& each : gates) {
    if (each.is_exact() && plan.by_process)
      throw usage_error("--fail-on: '" + each.text() +
                        "': --by-process does not compare exact counters; allowed: gates on time");
    if (!each.is_exact() && plan.restarts < min_restarts)
      throw usage_error("--fail-on: '" + each.text() +
                        "' and --restarts=" + std::to_string(plan.restarts) + ": a verdict needs " +
                        std::to_string(min_restarts) + " restarts; allowed: that many or more");
  }
}

bool ab(const ab_request& request) try {
  std::optional<interruption> guard(std::in_place);
  signal(SIGCHLD, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);  // a pipe that is closed is an error of what is written, not an end
  const ab_plan plan = plan_of(request);
  presenter output(request.presented, request.programs);
  check_gates(output.gates(), plan);
  written_files written(request, request.programs);

  const ab_sides which = sides_of(request, plan);
  const known_side base = ask(which.base, plan);
  const known_side other = request.is_one_program() ? known_side{} : ask(which.contender, plan);
  const known_side& contender = request.is_one_program() ? base : other;
  const pairing rows = request.is_within()
                           ? pair_within(base.names, request.baseline, request.contender)
                           : pair_by_name(base.names, contender.names);
  for (const known_side* side : {&base, &contender})
    if (side->cases.empty())
      throw usage_error("'" + side->names.path + "' lists no cases" +
                        (request.filter.empty() ? "" : "; --filter: '" + request.filter + "'"));
  if (rows.pairs.empty())
    throw usage_error("no case of '" + which.base_name + "' has a counterpart in '" +
                      which.contender_name + "'");

  ab_experiment experiment{
      .base = which.base, .contender = which.contender, .cases = cases_of(rows, base, contender)};
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
  run(experiment, plan);
  guard.reset();
  erase_progress();

  const ab_files files = files_of(experiment, plan, base.context, contender.context);
  const std::exception_ptr lost = written.write(files);  // and the table all the same
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
  if (request.same_program) say_noise_floor(result, output.noise());
  if (experiment.is_over_budget) warn("--budget is spent: this is what was known by then");
  if (interruption::happened()) warn("interrupted: this is what was known by then");
  auto context = differences(base_run, contender_run);
  std::erase_if(context, [](const auto& each) { return each.key == "executable"; });
  const bool passed = output.present({.base = which.base_name,
                                      .contender = which.contender_name,
                                      .context = std::move(context),
                                      .result = std::move(result)});
  if (lost) std::rethrow_exception(lost);
  return passed && !interruption::happened() &&
         std::ranges::none_of(experiment.cases, [&](const ab_case& each) {
           if (each.failed()) return !each.skipped;
           return experiment.is_over_budget && each.restarts.size() < min_restarts;
         });
} catch (const interrupted&) {
  throw std::runtime_error("interrupted before the first restart");
}

}  // namespace

subcommand ab_command(bool& passed) {
  const auto read = std::make_shared<ab_request>();
  return {
      .name = "ab",
      .meaning = "run two builds of a benchmark in lock step: is one of them slower?",
      .flags = read->flags(),
      .footer =
          "Flags after -- go to both programs: -- --sizes=4096 --types=fp32\n"
          "Verdicts: SLOWER and FASTER if the 95 % interval of the ratio excludes 1 and the ratio "
          "is beyond\n"
          "--noise, SAME if the interval lies within --noise, else UNCLEAR. Exact counters: bit "
          "for bit.\n"
          "Exit codes: 0 success; 1 a --fail-on condition was met, a case failed, a signal ended "
          "the run or the\n"
          "budget did before a verdict was possible, or the output could not be written; 2 "
          "invalid usage or program.",
      .run = [read, &passed] { passed = ab(*read); },
      .rest = &read->arguments};
}

}  // namespace permdelta

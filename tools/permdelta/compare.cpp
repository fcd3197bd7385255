#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/name_filter.hpp"
#include "common/usage_error.hpp"
#include "run/read.hpp"
#include "tools/permdelta/compare/coarse_clock.hpp"
#include "tools/permdelta/compare/merged_runs.hpp"
#include "tools/permdelta/compare/presenter.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/subcommands.hpp"

namespace permdelta {

template <>
inline constexpr std::array names_of<clock_choice>{
    std::string_view{"auto"}, std::string_view{"cpu"}, std::string_view{"real"}};
namespace {

constexpr int any_number = 1'000'000;  // of runs on a side

struct request {
  std::vector<std::string> files;
  std::vector<std::string> base_files;
  std::string base_part;
  std::vector<std::string> contender;  // files beside base_files, a part beside base_part
  std::string filter;
  std::string clock = "auto";
  bool force = false;
  bool times_only = false;
  presenter_request presented;
};

// What is compared: files of both sides, or two parts of the names in one file.
struct sides {
  std::vector<std::string> base;
  std::vector<std::string> contender = {};
  std::string base_part = {};
  std::string contender_part = {};

  [[nodiscard]] bool is_within() const noexcept { return contender.empty(); }
};

[[noreturn]] void refuse(const std::string& what) {
  throw usage_error(what +
                    "; allowed: BASE.json CONTENDER.json; --base FILES --contender FILES; or "
                    "RUN.json --baseline PART --contender PART");
}

sides sides_of(const request& request) {
  const std::size_t count = request.files.size();
  if (!request.base_part.empty()) {
    // A list takes all that follows: `--contender PART RUN.json`.
    std::vector<std::string> files = request.files;
    const std::size_t parts = std::min<std::size_t>(request.contender.size(), 1);
    files.insert(files.end(), request.contender.begin() + static_cast<std::ptrdiff_t>(parts),
                 request.contender.end());
    if (parts == 0) refuse("--baseline without --contender");
    if (!request.base_files.empty()) refuse("--base and --baseline do not go together");
    if (files.size() != 1)
      refuse("--baseline and --contender are for one run, and there are " +
             std::to_string(files.size()));
    if (request.base_part == request.contender.front())
      throw usage_error("--baseline and --contender are both '" + request.base_part + "'");
    return {files, {}, request.base_part, request.contender.front()};
  }
  if (!request.base_files.empty() || !request.contender.empty()) {
    if (request.base_files.empty() || request.contender.empty())
      refuse("--base and --contender go together");
    if (count != 0) refuse("'" + request.files.front() + "' is of neither side");
    return {request.base_files, request.contender};
  }
  if (count == 0) refuse("no run");
  if (count == 1) refuse("only one run");
  return {{request.files.front()}, {request.files.back()}};
}

// Of several runs one that counts twice makes an interval too short; a run may be compared with
// itself.
void refuse_repeated(const sides& which) {
  if (which.base.size() + which.contender.size() <= 2) return;
  std::set<std::string> seen;
  std::vector<std::string> all = which.base;
  all.insert(all.end(), which.contender.begin(), which.contender.end());
  for (const std::string& file : all)
    if (!seen.insert(std::filesystem::weakly_canonical(std::filesystem::absolute(file)).string())
             .second)
      throw usage_error("'" + file + "' is given twice; allowed: each run once");
}

std::vector<benchmark_run> read_all(const std::vector<std::string>& files) {
  std::vector<std::future<benchmark_run>> reading;
  for (const std::string& file : files)
    reading.push_back(std::async(std::launch::async, read_run, file));
  std::vector<benchmark_run> runs;
  for (auto& each : reading) runs.push_back(each.get());
  return runs;
}

pairing rows_to_compare(const sides& which, const benchmark_run& base,
                        const benchmark_run& contender) {
  if (!which.is_within()) return pair_by_name(base, contender);
  pairing found = pair_within(base, which.base_part, which.contender_part);
  if (found.pairs.empty())
    throw usage_error("'" + base.path + "': no two rows have names that differ only in '" +
                      which.base_part + "' and '" + which.contender_part +
                      "'; allowed: what lies between slashes, such as lane_split, exact, isa:avx2");
  return found;
}

// The runs of one side, or of both, are of one study.
void check_studies(const request& request, const std::vector<benchmark_run>& runs) {
  if (request.times_only || request.force) return;
  for (const benchmark_run& run : runs)
    if (const std::string other = other_study(runs.front(), run); !other.empty())
      throw usage_error(other +
                        ": their deltas can't be compared; --times compares times alone, --force "
                        "everything all the same");
}

void keep_matching(pairing& rows, const std::string& filter) {
  const name_filter wanted("--filter", filter);
  const auto is_other = [&](const auto& row) { return !wanted.keeps(row.name); };
  std::erase_if(rows.pairs, is_other);
  std::erase_if(rows.unpaired, is_other);
}

// Runs in two blocks have what changed between the blocks in their ratio.
void warn_of_blocks(std::span<const benchmark_run> base, std::span<const benchmark_run> contender) {
  const auto dates_of = [](std::span<const benchmark_run> runs) {
    std::set<std::string> dates;
    for (const benchmark_run& run : runs) {
      const context_entry* const found = run.find_context("date");
      dates.insert(found == nullptr ? std::string() : found->plain);
    }
    return dates;
  };
  const auto before = dates_of(base);
  const auto after = dates_of(contender);
  if (before.contains("") || after.contains("")) return;
  if (*before.rbegin() < *after.begin() || *after.rbegin() < *before.begin())
    warn(
        "all runs of one side are older than those of the other: the ratios include what changed "
        "between the two; run them alternately");
}

// A row that one of the base's runs has is lost, even where another one lacks it.
void mark_lost(pairing& rows, std::span<const benchmark_run> base) {
  std::set<std::string_view> finished;
  for (const benchmark_run& run : base)
    for (const benchmark_row& row : run.rows)
      if (row.outcome == row_outcome::finished) finished.insert(row.name);
  for (unpaired_row& each : rows.unpaired) each.lost = each.lost || finished.contains(each.name);
}

// Whether all gates let it through.
bool compare(const request& request) {
  const sides which = sides_of(request);
  refuse_repeated(which);
  std::vector<std::string> files = which.base;
  files.insert(files.end(), which.contender.begin(), which.contender.end());
  presenter output(request.presented, files);
  const bool by_runs = which.base.size() > 1 || which.contender.size() > 1;
  comparison_options options{.noise = output.noise(),
                             .clock = chosen<clock_choice>("--clock", request.clock),
                             .with_counters = !request.times_only,
                             .by_runs = by_runs};

  const std::vector<benchmark_run> runs = read_all(files);
  for (const benchmark_run& run : runs)
    for (const std::string& line : run.warnings) warn(line);
  check_studies(request, runs);
  const std::span of_base = std::span(runs).first(which.base.size());
  const std::span of_contender =
      std::span(runs).last(which.is_within() ? of_base.size() : which.contender.size());
  options.base_ticks = tick_shares_of(of_base);
  options.contender_ticks = tick_shares_of(of_contender);
  if (!options.base_ticks.empty() || !options.contender_ticks.empty())
    warn("a processor clock ticks every 15.625 ms; intervals are widened by a tick");
  std::vector<benchmark_run> sides;
  if (by_runs) {
    warn_of_blocks(of_base, of_contender);
    sides.push_back(merged({of_base.begin(), of_base.end()}));
    sides.push_back(merged({of_contender.begin(), of_contender.end()}));
  }
  const benchmark_run& base = by_runs ? sides.front() : runs.front();
  const benchmark_run& contender = by_runs ? sides.back() : runs.back();
  pairing rows = rows_to_compare(which, base, contender);
  if (by_runs) mark_lost(rows, of_base);
  keep_matching(rows, request.filter);
  if (rows.pairs.empty() && rows.unpaired.empty())
    throw usage_error(request.filter.empty()
                          ? "there are no rows to compare"
                          : "--filter: no row's name matches '" + request.filter + "'");

  return output.present({.base = which.is_within() ? which.base_part : base.path,
                         .contender = which.is_within() ? which.contender_part : contender.path,
                         .context = differences(base, contender),
                         .result = compare(base, contender, std::move(rows), options)});
}

}  // namespace

subcommand compare_command(bool& passed) {
  const auto read = std::make_shared<request>();
  std::vector<flag> flags{
      {"RUN.json",
       &read->files,
       "BASE.json CONTENDER.json, or one run with --baseline and --contender",
       "",
       {.max_count = 2}},
      {"--base",
       &read->base_files,
       "several runs of the base; verdicts need 4 on each side",
       "FILES",
       {.max_count = any_number}},
      {"--baseline", &read->base_part,
       "compare rows of one run: the name part of the base, as in lane_split or isa:avx2", "PART"},
      {"--contender",
       &read->contender,
       "several runs of the contender, or with --baseline the name part of the contender",
       "FILES|PART",
       {.max_count = any_number}},
      {"--filter", &read->filter, "rows to compare, by name", "REGEX"},
      {"--clock", &read->clock, "cpu or real; auto: the wall clock for rows called .../real_time",
       "CLOCK"},
      {"--times", &read->times_only, "compare times and rates only, no exact counters"},
      {"--force", &read->force, "compare deltas of different seeds or orders"}};
  std::ranges::move(read->presented.flags(), std::back_inserter(flags));
  return {
      .name = "compare",
      .meaning = "compare two runs, or two methods, instruction sets or peers of one run",
      .flags = std::move(flags),
      .footer =
          "Verdicts on times:\n"
          "  SLOWER, FASTER  several runs a side or `permdelta ab`: the 95 % interval of the "
          "ratio excludes 1,\n"
          "                  and the ratio is beyond --noise\n"
          "  DIFFERS         one run a side: the whole interval is beyond --noise; the cause may "
          "be the runs,\n"
          "                  not the programs (see `permdelta ab`)\n"
          "  SAME            the interval lies within --noise\n"
          "  UNTESTED        fewer than 4 repetitions or runs on a side\n"
          "  UNCLEAR         anything else\n"
          "Exact counters: bit for bit.\n"
          "Exit codes: 0 success, 1 a --fail-on condition was met or the output could not be "
          "written, 2 invalid\n"
          "usage or file.",
      .run = [read, &passed] { passed = compare(*read); }};
}

}  // namespace permdelta

#include <algorithm>
#include <array>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/name_filter.hpp"
#include "common/usage_error.hpp"
#include "run/read.hpp"
#include "tools/permdelta/compare/presenter.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/subcommands.hpp"

namespace permdelta {

template <>
inline constexpr std::array names_of<clock_choice>{
    std::string_view{"auto"}, std::string_view{"cpu"}, std::string_view{"real"}};
namespace {

struct request {
  std::vector<std::string> files;
  std::string base;
  std::string contender;
  std::string filter;
  std::string clock = "auto";
  bool force = false;
  bool times_only = false;
  presenter_request presented;
};

std::vector<benchmark_run> read_all(const std::vector<std::string>& files) {
  std::vector<std::future<benchmark_run>> reading;
  for (const std::string& file : files)
    reading.push_back(std::async(std::launch::async, read_run, file));
  std::vector<benchmark_run> runs;
  for (auto& each : reading) runs.push_back(each.get());
  return runs;
}

pairing rows_to_compare(const request& request, const std::vector<benchmark_run>& runs) {
  if (runs.size() == 2) return pair_by_name(runs[0], runs[1]);
  pairing found = pair_within(runs[0], request.base, request.contender);
  if (found.pairs.empty())
    throw usage_error(
        "'" + runs[0].path + "' has no two rows whose names differ in '" + request.base +
        "' against '" + request.contender +
        "' alone; allowed: what lies between slashes, as lane_split, exact, isa:avx2");
  return found;
}

void keep_matching(pairing& rows, const std::string& filter) {
  const name_filter wanted("--filter", filter);
  const auto is_other = [&](const auto& row) { return !wanted.keeps(row.name); };
  std::erase_if(rows.pairs, is_other);
  std::erase_if(rows.unpaired, is_other);
}

void check(const request& request) {
  const bool within = !request.base.empty() || !request.contender.empty();
  if (request.files.size() == 2 && within)
    throw usage_error(
        "--baseline and --contender are for two kinds of rows of one run; allowed: "
        "BASE.json CONTENDER.json, or both flags and one RUN.json");
  if (within && request.base == request.contender)
    throw usage_error("--baseline and --contender are both '" + request.base + "'");
  if (request.files.size() == 1 && (request.base.empty() || request.contender.empty()))
    throw usage_error(
        "one run and nothing to compare it with; allowed: BASE.json CONTENDER.json, or "
        "--baseline, --contender and one RUN.json");
}

// Whether all gates let it through.
bool compare(const request& request) {
  check(request);
  presenter output(request.presented, request.files);
  const comparison_options options{.noise = output.noise(),
                                   .clock = chosen<clock_choice>("--clock", request.clock),
                                   .with_counters = !request.times_only};

  const std::vector<benchmark_run> runs = read_all(request.files);
  for (const benchmark_run& run : runs)
    for (const std::string& line : run.warnings) warn(line);
  const benchmark_run& base = runs.front();
  const benchmark_run& contender = runs.back();
  if (const std::string other = other_study(base, contender);
      !other.empty() && !request.times_only && !request.force)
    throw usage_error(other +
                      ": their deltas can't be compared; --times compares times alone, --force "
                      "everything all the same");
  pairing rows = rows_to_compare(request, runs);
  keep_matching(rows, request.filter);
  if (rows.pairs.empty() && rows.unpaired.empty())
    throw usage_error(request.filter.empty()
                          ? "there are no rows to compare"
                          : "--filter: no row's name matches '" + request.filter + "'");

  const bool two = runs.size() == 2;
  return output.present({.base = two ? base.path : request.base,
                         .contender = two ? contender.path : request.contender,
                         .context = differences(base, contender),
                         .result = compare(base, contender, std::move(rows), options)});
}

}  // namespace

subcommand compare_command(bool& passed) {
  const auto read = std::make_shared<request>();
  std::vector<flag> flags{
      {"RUN.json",
       &read->files,
       "BASE.json CONTENDER.json, or one run with the next two flags",
       "",
       {.required = true, .max_count = 2}},
      {"--baseline", &read->base,
       "part of the names of rows that are the base: lane_split, isa:avx2", "PART"},
      {"--contender", &read->contender, "part of the names of rows that are compared with them",
       "PART"},
      {"--filter", &read->filter, "rows to compare, by name", "REGEX"},
      {"--clock", &read->clock, "cpu or real; auto: the wall clock for rows called .../real_time",
       "CLOCK"},
      {"--times", &read->times_only, "compare times and rates only, no exact counters"},
      {"--force", &read->force, "compare deltas of different seeds or orders"}};
  std::ranges::move(read->presented.flags(), std::back_inserter(flags));
  return {.name = "compare",
          .meaning = "compare two runs, or two methods, instruction sets or peers of one run",
          .flags = std::move(flags),
          .footer =
              "Verdicts on times: SLOWER and FASTER where the 95 % interval of the ratio of "
              "medians lies beyond\n"
              "--noise and Mann and Whitney's p is at most 0.05, SAME where the interval lies "
              "within or the times\n"
              "are the very same, else UNCLEAR; that takes 4 repetitions on each side "
              "(--benchmark_repetitions=5).\n"
              "Exact counters: bit for bit.\n"
              "Exit codes: 0 success, 1 a --fail-on condition was met or the output could not be "
              "written, 2 invalid\n"
              "usage or file.",
          .run = [read, &passed] { passed = compare(*read); }};
}

}  // namespace permdelta

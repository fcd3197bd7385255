#include "bench/reporter/json.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/reporter_runs.hpp"
#include "tests/bench/strict_json.hpp"

namespace permdelta::testing {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string report(const std::vector<run>& runs, const json_entries& context = {}) {
  std::ostringstream out;
  json_reporter reporter(out, context);
  reporter.ReportContext({});
  reporter.ReportRuns(runs);
  reporter.Finalize();
  return out.str();
}

json row_of(const run& one) {
  return parse_strictly(report({one})).at("benchmarks").at(0);
}

run with_counter(const std::string& name, double value) {
  run made = make_run("f");
  made.counters[name] = value;
  return made;
}

TEST(strict_json, both_parsers_object_to_what_is_not_strict) {
  for (const char* text : {R"({"a": NaN})", R"({"a": -Infinity})", R"({"a": 1, "a": 2})",
                           R"({"a": [1})", "{} {}", ""}) {
    EXPECT_ANY_THROW(parse_strictly(text)) << text;
    EXPECT_FALSE(python_accepts(text)) << text;
  }
  expect_strict(R"({"a": 1, "b": {"a": 2}})");
}

// The library's own writer is the reference wherever it is strict.
TEST(reporter_json, rows_are_those_of_the_library) {
  std::vector<run> runs{make_run("a/fp32/n:8"),
                        make_aggregate("a", "mean", 2e-9),
                        make_aggregate("a", "cv", 0.125),
                        make_run("wrong"),
                        make_run("later"),
                        make_aggregate("fit", "BigO", 3e-9),
                        make_aggregate("fit", "RMS", 0.25)};
  runs[0].counters["max_perm_delta"] = 0x1.7p-23;
  runs[0].report_label = "quote \" newline \n tab \t";
  runs[0].time_unit = benchmark::kMillisecond;
  mark_failed(runs[3], "expected 1\ngot \"2\"");
  mark_skipped(runs[4], "no such file");
  runs[5].report_big_o = runs[6].report_rms = true;
  runs[5].complexity = benchmark::oNLogN;
  runs[6].aggregate_unit = benchmark::kPercentage;

  std::ostringstream out;
  benchmark::JSONReporter library;
  library.SetOutputStream(&out);
  library.ReportContext({});
  library.ReportRuns(runs);
  library.Finalize();
  const json theirs = expect_strict(out.str());
  const json ours = expect_strict(report(runs));
  EXPECT_EQ(ours["benchmarks"].size(), runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_EQ(ours["benchmarks"][i].dump(1), theirs["benchmarks"][i].dump(1));
  for (const auto& [key, value] : theirs["context"].items()) {
    if (key == "library_version") continue;  // can't be asked for in every version
    ASSERT_TRUE(ours["context"].contains(key)) << key;
    if (key == "date" || key == "load_avg") continue;  // they move
    EXPECT_EQ(ours["context"][key], value) << key;
  }
  EXPECT_EQ(ours["context"]["date"].get<std::string>().size(),
            theirs["context"]["date"].get<std::string>().size());
}

TEST(reporter_json, what_is_not_finite_is_left_out) {
  for (const double value : {not_a_number, infinity, -infinity}) {
    run bad = with_counter("delta", value);
    bad.counters["zero"] = 0;
    bad.real_accumulated_time = value;
    const json row = row_of(bad);
    EXPECT_FALSE(row.contains("delta"));
    EXPECT_FALSE(row.contains("real_time"));
    EXPECT_EQ(row.at("zero"), 0.0);
    EXPECT_TRUE(row.contains("cpu_time"));
  }
}

TEST(reporter_json, numbers_survive_to_the_last_bit) {
  for (const double value : {0.1, 1.0 / 3, 0x1.fffffffffffffp-24, 5e-324, 1.7976931348623157e308,
                             -0.0, 1e22, 123456789012345680.0}) {
    const double read = row_of(with_counter("x", value)).at("x").get<double>();
    EXPECT_EQ(std::memcmp(&read, &value, sizeof value), 0) << value;
  }
}

TEST(reporter_json, a_counter_named_like_a_field_is_prefixed) {
  run made = with_counter("iterations", 7);
  made.counters["user_iterations"] = 8;
  made.counters["error_message"] = 9;  // reserved on rows that have none, too
  const json row = row_of(made);
  EXPECT_EQ(row.at("iterations"), 4);
  EXPECT_EQ(row.at("user_user_iterations"), 7.0);
  EXPECT_EQ(row.at("user_iterations"), 8.0);
  EXPECT_EQ(row.at("user_error_message"), 9.0);
}

TEST(reporter_json, our_context_follows_the_librarys) {
  const json_entries ours{{"seed", "42"}, {"isa", "\"avx2\""}, {"date", "\"never\""}};
  const json context = expect_strict(report({}, ours)).at("context");
  EXPECT_EQ(context.at("seed"), 42);
  EXPECT_EQ(context.at("isa"), "avx2");
  EXPECT_EQ(context.at("user_date"), "never");
  EXPECT_NE(context.at("date"), "never");
}

TEST(reporter_json, text_that_is_not_utf8_is_replaced) {
  run made = with_counter("\xff", 1);
  made.report_label = "caf\xe9";
  const std::string text = report({made});
  EXPECT_EQ(expect_strict(text).at("benchmarks").at(0).at("label"), "caf\xef\xbf\xbd");
}

TEST(reporter_json, a_document_without_rows_or_context_is_one) {
  EXPECT_TRUE(expect_strict(report({})).at("benchmarks").empty());
  std::ostringstream out;
  json_reporter(out).Finalize();
  EXPECT_TRUE(expect_strict(out.str()).at("benchmarks").empty());
}

TEST(reporter_json, rows_come_one_by_one_as_lines_of_their_own) {
  std::ostringstream out, not_ours;
  json_reporter reporter(out);
  reporter.SetOutputStream(&not_ours);  // as the library does with a file reporter
  reporter.ReportContext({});
  for (const char* name : {"first", "second"}) {
    reporter.ReportRuns({make_run(name)});
    EXPECT_EQ(expect_strict(out.str().substr(out.str().rfind('\n'))).at("name"), name);
  }
  reporter.Finalize();
  EXPECT_TRUE(not_ours.str().empty());
}

TEST(reporter_json, a_perfect_kernel_with_repetitions_stays_strict) {
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark("perfect",
                               [](benchmark::State& state) {
                                 for (auto _ : state) benchmark::ClobberMemory();
                                 state.counters["max_perm_delta"] = 0;
                               })
      ->Repetitions(3)
      ->Iterations(100);
  std::ostringstream out;
  json_reporter reporter(out);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(benchmark::RunSpecifiedBenchmarks(&reporter, "perfect"), 1U);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  const json rows = expect_strict(out.str()).at("benchmarks");
  ASSERT_EQ(rows.size(), 7U);
  for (const json& row : rows) {
    const bool is_cv = row.value("aggregate_name", "") == "cv";
    EXPECT_EQ(row.value("max_perm_delta", is_cv ? 0.0 : -1.0), 0.0) << row;
  }
}

}  // namespace
}  // namespace permdelta::testing

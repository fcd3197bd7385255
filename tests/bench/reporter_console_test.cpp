#include "bench/reporter/console.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/reporter_runs.hpp"

namespace permdelta::testing {
namespace {

benchmark::BenchmarkReporter::Context with_width(std::size_t name_width) {
  benchmark::BenchmarkReporter::Context context;
  context.name_field_width = name_width;
  return context;
}

std::string report(const std::vector<run>& runs, std::size_t name_width = 10) {
  std::ostringstream out;
  console_reporter reporter(out);
  reporter.ReportContext(with_width(name_width));
  for (const run& one : runs) reporter.ReportRuns({one});
  reporter.Finalize();
  return out.str();
}

// The rows of the table, without its header of three lines.
std::string rows(const std::vector<run>& runs, std::size_t name_width = 10) {
  std::string text = report(runs, name_width);
  for (int line = 0; line < 3; ++line) text.erase(0, text.find('\n') + 1);
  return text;
}

run measured(const std::string& name, double seconds, double delta, double delta_ulp,
             double distinct, double error_ulp) {
  run made = make_run(name, seconds);
  made.counters["bytes_per_second"] = 32768 / seconds;
  made.counters["items_per_second"] = 8192 / seconds;
  made.counters["max_perm_delta"] = delta;
  made.counters["perm_delta_ulp"] = delta_ulp;
  made.counters["distinct_results"] = distinct;
  made.counters["max_error_ulp"] = error_ulp;
  made.counters["orders"] = 128;
  return made;
}

TEST(reporter_console, table) {
  std::vector<run> runs{measured("layernorm/sequential/fp32/lognormal/n:8192", 1.23456e-6, 1.19e-7,
                                 12.34, 117, 123456),
                        measured("layernorm/exact/fp32/lognormal/n:8192", 912e-9, 0, 0, 1, 0.5),
                        make_run("mean/pairwise/fp32/normal/n:8192"),
                        make_aggregate("mean/pairwise/fp32/normal/n:8192", "median", 2.5e-3),
                        make_aggregate("mean/pairwise/fp32/normal/n:8192", "cv", 0.01234),
                        make_run("BM_other/8", 2),
                        make_run("BM_other/16")};
  mark_failed(runs[2], "result is wrong");
  runs[4].counters["bytes_per_second"] = 0.5;
  runs[4].counters["max_perm_delta"] = std::numeric_limits<double>::quiet_NaN();
  runs[5].counters["cache_misses"] = 1234567;
  runs[5].report_label = "a label";
  EXPECT_EQ('\n' + report(runs, 42), R"(
                                                                max perm  perm delta  distinct  max error
benchmark                                    cpu time    GB/s      delta         ulp   results        ulp
---------------------------------------------------------------------------------------------------------
layernorm/sequential/fp32/lognormal/n:8192   1.235 us    26.5   1.19e-07        12.3       117   1.23e+05
layernorm/exact/fp32/lognormal/n:8192        912.0 ns    35.9          0           0         1        0.5

mean/pairwise/fp32/normal/n:8192            ERROR: result is wrong
mean/pairwise/fp32/normal/n:8192_median      2.500 ms       -          -           -         -          -
mean/pairwise/fp32/normal/n:8192_cv             1.23%     50%          -           -         -          -

BM_other/8                                   2.000 s        -          -           -         -          -  cache_misses=1.23e+06  a label
BM_other/16                                  1.000 us       -          -           -         -          -
)");
}

TEST(reporter_console, the_table_fits_120_columns_with_the_longest_usual_name) {
  const std::string text = report({measured("layernorm/sequential/fp32/lognormal/n:8192", 0.999,
                                            1.19e-300, 1.2e300, 129, 1e300)},
                                  49);
  std::istringstream lines(text);
  std::string header, line;
  std::getline(lines, header);
  while (std::getline(lines, line)) EXPECT_EQ(line.size(), header.size()) << line;
  EXPECT_LE(header.size(), 120U);
}

TEST(reporter_console, a_new_operation_type_or_distribution_starts_a_group) {
  const auto separated = [](const char* first, const char* second) {
    return rows({make_run(first), make_run(second)}).find("\n\n") != std::string::npos;
  };
  EXPECT_FALSE(separated("sum/kahan/fp32/normal/n:2", "sum/exact/fp32/normal/n:4"));
  EXPECT_TRUE(separated("sum/kahan/fp32/normal/n:2", "mean/kahan/fp32/normal/n:2"));
  EXPECT_TRUE(separated("sum/kahan/fp32/normal/n:2", "sum/kahan/fp16/normal/n:2"));
  EXPECT_TRUE(separated("sum/kahan/fp32/normal/n:2", "sum/kahan/fp32/pareto/n:2"));
  EXPECT_TRUE(separated("sum/kahan/fp32/normal/n:2", "BM_other/2"));
  EXPECT_FALSE(separated("BM_other/2", "BM_other/4"));
}

TEST(reporter_console, what_the_library_appends_does_not_split_a_group) {
  run threads = make_run("sum/kahan/fp32/normal"), repetition = threads;
  threads.run_name.args = repetition.run_name.args = "n:2";
  threads.run_name.threads = "threads:2";
  EXPECT_EQ(rows({make_run("sum/kahan/fp32/normal/n:2"), threads, repetition}).find("\n\n"),
            std::string::npos);
}

TEST(reporter_console, a_unit_that_was_asked_for_is_kept) {
  run made = make_run("f", 1.5e-6);
  EXPECT_NE(rows({made}).find("1.500 us"), std::string::npos);
  made.time_unit = benchmark::kMillisecond;
  EXPECT_NE(rows({made}).find("0.002 ms"), std::string::npos) << rows({made});
  made.run_name.time_type = "real_time";
  made.time_unit = benchmark::kNanosecond;
  EXPECT_NE(rows({made}).find("2.250 us"), std::string::npos);
}

TEST(reporter_console, a_time_rounds_up_into_the_next_unit) {
  EXPECT_NE(rows({make_run("f", 999.94e-9)}).find("999.9 ns"), std::string::npos);
  EXPECT_NE(rows({make_run("f", 999.96e-9)}).find("1.000 us"), std::string::npos);
  EXPECT_NE(rows({make_run("f", 12345)}).find("12345 s"), std::string::npos);
}

TEST(reporter_console, a_skipped_row_says_why) {
  run made = make_run("f");
  const bool skips = mark_skipped(made, "no GPU");  // libraries do from 1.8 on
  EXPECT_EQ(rows({made}), skips ? "f           SKIPPED: no GPU\n" : rows({make_run("f")}));
}

TEST(reporter_console, hooks_embrace_the_output) {
  std::ostringstream out;
  console_reporter reporter(out, {[&] { out << '<'; }, [&] { out << '>'; }});
  reporter.ReportContext(with_width(10));
  reporter.ReportRuns({make_run("f"), make_run("f")});
  EXPECT_EQ(std::ranges::count(out.str(), '<'), 2);
  EXPECT_EQ(out.str().front(), '<');
  EXPECT_EQ(out.str().back(), '>');
}

}  // namespace
}  // namespace permdelta::testing

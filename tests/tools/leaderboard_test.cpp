#include "tools/permdelta/tables/leaderboard.hpp"

#include <gtest/gtest.h>

#include "tests/tools/support.hpp"

namespace permdelta::test {
namespace {

TEST(leaderboard, has_the_fastest_first) {
  const std::string all =
      R"("real_time": 900, "bytes_per_second": 65.25e9, "max_perm_delta": 2.5e-7,
    "perm_delta_ulp": 2.5, "distinct_results": 18, "max_error_ulp": 3, "split_delta_ulp": 0.0625,
    "isa_delta_ulp": 0, "cpu_time": )";
  const benchmark_run run = run_of({
      failed("sum/kahan/fp64/normal/n:8"),
      row("sum/pairwise/fp64/normal/n:8", all + "7"),
      row("sum/lane_split/fp64/normal/n:8", all + "1"),
      row("sum/lane_split/fp64/normal/n:8", all + "9"),
      row("sum/lane_split/fp64/normal/n:8", all + "2"),
      skipped("sum/exact/fp64/normal/n:8"),
      row("sum/eigen/fp64/normal/n:8", "\"cpu_time\": 7.5"),
      row("sum/another/fp64/normal/n:8", "\"max_perm_delta\": 0"),
      row("sum/exact/fp64/normal/n:16", all + "1"),
  });
  const keyed_tables boards = leaderboards(run, all_of(run), 8, reader::person);
  ASSERT_EQ(boards.tables.size(), 1U);
  EXPECT_EQ(boards.tables[0].body.title, "sum/*/fp64/normal/n:8");
  EXPECT_EQ(lines_of(boards.tables[0].body),
            (lines{{"method", "time", "GB/s", "max_perm_delta", "perm_delta_ulp",
                    "distinct_results", "max_error_ulp", "split_delta_ulp", "isa_delta_ulp"},
                   {"lane_split", "2.000 ns", "65.2", "2.50e-07", "2.5", "18", "3", "0.0625", "0"},
                   {"pairwise", "7.000 ns", "65.2", "2.50e-07", "2.5", "18", "3", "0.0625", "0"},
                   {"eigen", "7.500 ns", "-", "-", "-", "-", "-", "-", "-"},
                   {"another", "-", "-", "0", "-", "-", "-", "-", "-"},
                   {"kahan", "error", "-", "-", "-", "-", "-", "-", "-"},
                   {"exact", "skipped", "-", "-", "-", "-", "-", "-", "-"}}));
  const lines machine = lines_of(merged(leaderboards(run, all_of(run), 8, reader::machine)));
  EXPECT_EQ(machine[0],
            (std::vector<std::string>{"operation", "type", "distribution", "n", "axes", "method",
                                      "time_ns", "bytes_per_second", "max_perm_delta",
                                      "perm_delta_ulp", "distinct_results", "max_error_ulp",
                                      "split_delta_ulp", "isa_delta_ulp"}));
  EXPECT_EQ(machine[1],
            (std::vector<std::string>{"sum", "fp64", "normal", "8", "", "lane_split", "2",
                                      "6.525e+10", "2.5e-07", "2.5", "18", "3", "0.0625", "0"}));
}

TEST(leaderboard, has_those_together_that_do_the_same) {
  const benchmark_run run = run_of({
      row("sum/exact/fp64/normal/n:8/isa:sse2", "\"cpu_time\": 3"),
      row("sum/exact/fp64/normal/n:8/isa:avx2", "\"cpu_time\": 1"),
      row("sum/exact/fp64/normal/n:8/workers:2/real_time", "\"cpu_time\": 5, \"real_time\": 2"),
      row("sum/eigen/fp64/normal/n:8", "\"cpu_time\": 4"),
      row("sum/eigen/fp64/normal/n:8/rows:3", "\"cpu_time\": 1"),
      row("sum/eigen/fp64/fixed/n:8", "\"cpu_time\": 1"),
      row("sum/eigen/fp32/normal/n:8", "\"cpu_time\": 1"),
      row("mean/eigen/fp64/normal/n:8", "\"cpu_time\": 1"),
  });
  const keyed_tables boards = leaderboards(run, all_of(run), 8, reader::person);
  ASSERT_EQ(boards.tables.size(), 5U);
  std::vector<std::string> methods;
  for (const auto& cells : boards.tables[0].body.rows) methods.push_back(cells[0].text);
  EXPECT_EQ(methods, (std::vector<std::string>{"exact/isa:avx2", "exact/workers:2/real_time",
                                               "exact/isa:sse2", "eigen"}));
  EXPECT_EQ(boards.tables[1].body.title, "sum/*/fp64/normal/n:8/rows:3");
  EXPECT_EQ(boards.tables[1].keys,
            (std::vector<std::string>{"sum", "fp64", "normal", "8", "/rows:3"}));
}

TEST(leaderboard, is_at_the_largest_size_that_most_rows_have) {
  const benchmark_run run =
      run_of({row("sum/exact/fp64/normal/n:2"), row("sum/exact/fp64/normal/n:8"),
              row("sum/exact/fp64/normal/n:16"), row("sum/kahan/fp64/normal/n:2"),
              row("sum/kahan/fp64/normal/n:8")});
  const std::map<std::size_t, std::size_t> counts = row_counts(all_of(run));
  EXPECT_EQ(counts, (std::map<std::size_t, std::size_t>{{2, 2}, {8, 2}, {16, 1}}));
  EXPECT_EQ(usual_size(counts), 8U);
  EXPECT_EQ(usual_size({{0, 1}}), 0U);
}

}  // namespace
}  // namespace permdelta::test

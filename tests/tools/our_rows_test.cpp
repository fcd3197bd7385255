#include "tools/permdelta/tables/our_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tools/support.hpp"

namespace permdelta::test {
namespace {

std::vector<std::string> names(const our_rows& ours) {
  std::vector<std::string> found;
  for (const our_row& each : ours.rows) found.push_back(each.row->name);
  return found;
}

TEST(our_rows, are_in_an_order_to_read_them_in) {
  const std::vector<std::string> sorted{
      "sum/sequential/fp64/normal/n:8",
      "sum/exact/fp64/normal/n:8",
      "sum/another/fp64/normal/n:8",
      "sum/eigen/fp64/normal/n:8",
      "sum/exact/fp64/normal/n:8/isa:sse2",
      "sum/exact/fp64/normal/n:8/isa:avx2",
      "sum/exact/fp64/normal/n:8/rows:9",
      "sum/exact/fp64/normal/n:8/rows:16",
      "sum/exact/fp64/normal/n:8/workers:2/real_time",
      "sum/exact/fp64/normal/n:16",
      "sum/exact/fp64/pareto/n:8",
      "sum/exact/fp64/acts/n:8",
      "sum/exact/fp64/cancel/n:8",
      "sum/exact/fp16/normal/n:8",
      "sum/exact/int8/normal/n:8",
      "mean/exact/fp64/normal/n:8",
      "softmax/exact/fp64/normal/n:8",
      "network/exact/fp64/normal/n:8",
  };
  std::vector<std::string> rows;
  for (const std::string& each : sorted) rows.push_back(row(each));
  std::ranges::reverse(rows);
  const benchmark_run run = run_of(rows);
  std::vector<std::string> found = names(all_of(run));
  // The order among axes of different names means nothing, but there is one.
  std::vector<std::string> axes(found.begin() + 4, found.begin() + 9);
  EXPECT_EQ(std::ranges::count(axes, sorted[4]), 1);
  const auto place = [&](std::size_t of) { return std::ranges::find(axes, sorted[of]); };
  EXPECT_LT(place(4), place(5));
  EXPECT_LT(place(6), place(7));
  std::copy(sorted.begin() + 4, sorted.begin() + 9, found.begin() + 4);
  EXPECT_EQ(found, sorted);
}

TEST(our_rows, are_taken_apart) {
  const benchmark_run run = run_of({row("sum/exact/fp16/fixed/n:8/rows:3/workers:2/real_time")});
  const our_rows ours = all_of(run);
  ASSERT_EQ(ours.rows.size(), 1U);
  const our_row& found = ours.rows[0];
  EXPECT_EQ(found.row, &run.rows[0]);
  EXPECT_EQ(found.operation.second, "sum");
  EXPECT_EQ(found.method.second, "exact");
  EXPECT_EQ(found.type.second, "fp16");
  EXPECT_EQ(found.distribution.second, "fixed");
  EXPECT_EQ(found.n, 8U);
  EXPECT_EQ(joined_axes(found.axes), "/rows:3/workers:2/real_time");
  EXPECT_EQ(joined_axes({}), "");
}

TEST(our_rows, leave_strangers_out_and_count_them) {
  const benchmark_run run = run_of({row("BM_copy/8"), row("sum/exact/fp64/normal/n:8"),
                                    row("sum/exact/fp64/normal/n:16"), row("sum/exact")});
  EXPECT_EQ(all_of(run).strangers, 2U);
  EXPECT_EQ(all_of(run).rows.size(), 2U);
  const our_rows filtered = find_our_rows(run, name_filter("--filter", "n:8$"));
  EXPECT_EQ(filtered.strangers, 2U);
  EXPECT_EQ(names(filtered), std::vector<std::string>{"sum/exact/fp64/normal/n:8"});
}

TEST(our_rows, have_medians) {
  const std::string name = "sum/exact/fp64/normal/n:8";
  const benchmark_run run =
      run_of({row(name, R"("cpu_time": 9, "x": 1)"), row(name, R"("cpu_time": 1, "x": 2)"),
              row(name, R"("cpu_time": 2, "x": NaN)")});
  EXPECT_EQ(median_of(run.rows[0], cpu_time_metric), 2);
  EXPECT_EQ(median_of(run.rows[0], run.find("x")), 1.5);
  EXPECT_EQ(median_of(run.rows[0], real_time_metric), std::nullopt);
  EXPECT_EQ(median_of(run.rows[0], run.find("y")), std::nullopt);
}

TEST(our_rows, say_where_repetitions_differ_in_what_is_exact) {
  const auto repeated = [](const std::string& name, const char* first, const char* second) {
    return row(name, first) + "," + row(name, second);
  };
  const std::string good = repeated("sum/exact/fp64/normal/n:8", R"("max_perm_delta": 1, "x": 1)",
                                    R"("max_perm_delta": 1, "x": 2)");
  const std::string bad =
      repeated("sum/kahan/fp64/normal/n:8", R"("max_perm_delta": 1, "orders": 1)",
               R"("max_perm_delta": 2, "orders": 2)");
  const std::string strange =
      repeated("BM_copy", R"("max_perm_delta": 1)", R"("max_perm_delta": 2)");
  const auto said = [](const benchmark_run& run) { return disagreement(run, all_of(run)); };
  EXPECT_EQ(said(run_of({good, strange})), "");
  EXPECT_EQ(said(run_of({good, bad})),
            "'sum/kahan/fp64/normal/n:8': its repetitions differ in 'max_perm_delta', which is "
            "exact; the median is shown; 1 more such");
}

}  // namespace
}  // namespace permdelta::test

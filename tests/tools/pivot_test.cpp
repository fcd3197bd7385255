#include "tools/permdelta/tables/pivot.hpp"

#include <gtest/gtest.h>

#include "tests/tools/support.hpp"

namespace permdelta::test {
namespace {

std::string delta(const char* value) {
  return "\"max_perm_delta\": " + std::string(value);
}

const std::vector<std::string> rows{
    row("sum/exact/fp64/normal/n:2", delta("0")),
    row("sum/exact/fp64/normal/n:16", delta("2.5e-7")),
    row("sum/exact/fp64/normal/n:16", delta("2.5e-7")),
    row("sum/exact/fp16/normal/n:16", delta("3")),
    failed("sum/exact/fp16/normal/n:2"),
    row("sum/exact/fp16/fixed/n:2"),
    skipped("sum/exact/fp64/fixed/n:2"),
    row("sum/exact/fp64/normal/n:16/rows:3", delta("1")),
    row("mean/kahan/fp32/pareto/n:4", delta("NaN")),
};

TEST(tables_by_size, have_a_line_a_size_and_a_column_a_type) {
  const benchmark_run run = run_of(rows);
  const keyed_tables all =
      tables_by_size(run, all_of(run), run.find("max_perm_delta"), reader::person);
  ASSERT_EQ(all.tables.size(), 4U);
  const lines normal{
      {"n", "fp64", "fp32", "fp16"}, {"2", "0", "-", "error"}, {"16", "2.50e-07", "-", "3.00e+00"}};
  EXPECT_EQ(all.tables[0].body.title, "sum/exact/*/normal/n:*: max_perm_delta, unit of the result");
  EXPECT_EQ(lines_of(all.tables[0].body), normal);
  EXPECT_EQ(all.tables[0].keys, (std::vector<std::string>{"sum", "exact", "normal", ""}));
  EXPECT_EQ(all.tables[1].body.title,
            "sum/exact/*/normal/n:*/rows:3: max_perm_delta, unit of the result");
  EXPECT_EQ(lines_of(all.tables[1].body),
            (lines{{"n", "fp64", "fp32", "fp16"}, {"16", "1.00e+00", "-", "-"}}));
  EXPECT_EQ(lines_of(all.tables[2].body),
            (lines{{"n", "fp64", "fp32", "fp16"}, {"2", "skipped", "-", "-"}}));
  EXPECT_EQ(lines_of(all.tables[3].body),
            (lines{{"n", "fp64", "fp32", "fp16"}, {"4", "-", "-", "-"}}));
}

TEST(tables_by_size, are_one_table_for_a_machine) {
  const benchmark_run run = run_of(rows);
  const table all =
      merged(tables_by_size(run, all_of(run), run.find("max_perm_delta"), reader::machine));
  EXPECT_EQ(lines_of(all),
            (lines{{"operation", "method", "distribution", "axes", "n", "fp64", "fp32", "fp16"},
                   {"sum", "exact", "normal", "", "2", "0", "", "error"},
                   {"sum", "exact", "normal", "", "16", "2.5e-07", "", "3"},
                   {"sum", "exact", "normal", "/rows:3", "16", "1", "", ""},
                   {"sum", "exact", "fixed", "", "2", "skipped", "", ""},
                   {"mean", "kahan", "pareto", "", "4", "", "", ""}}));
}

TEST(summaries, have_the_largest_over_the_sizes) {
  const benchmark_run run = run_of(rows);
  const keyed_tables all = summaries(run, all_of(run), run.find("max_perm_delta"), reader::person);
  ASSERT_EQ(all.tables.size(), 3U);
  EXPECT_EQ(all.tables[0].body.title,
            "largest of sum/exact/*/*/n:*: max_perm_delta, unit of the result");
  EXPECT_EQ(lines_of(all.tables[0].body), (lines{{"distribution", "fp64", "fp32", "fp16"},
                                                 {"normal", "2.50e-07", "-", "3.00e+00 (1 error)"},
                                                 {"fixed", "skipped", "-", "-"}}));
  EXPECT_EQ(
      lines_of(merged(summaries(run, all_of(run), run.find("max_perm_delta"), reader::machine))),
      (lines{{"operation", "method", "axes", "distribution", "fp64", "fp32", "fp16"},
             {"sum", "exact", "", "normal", "2.5e-07", "", "3"},
             {"sum", "exact", "", "fixed", "skipped", "", ""},
             {"sum", "exact", "/rows:3", "normal", "1", "", ""},
             {"mean", "kahan", "", "pareto", "", "", ""}}));
}

TEST(summaries, of_negative_numbers_too) {
  const benchmark_run run = run_of({row("sum/exact/fp64/normal/n:2", "\"x\": -3"),
                                    row("sum/exact/fp64/normal/n:4", "\"x\": -2")});
  EXPECT_EQ(
      lines_of(merged(summaries(run, all_of(run), run.find("x"), reader::machine))).back().back(),
      "-2");
}

}  // namespace
}  // namespace permdelta::test

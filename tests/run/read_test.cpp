#include "run/read.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/run/read_support.hpp"

namespace permdelta::test {
namespace {

using numbers = std::vector<double>;

// As 1.7.1 prints it: an error's row has times too, and what is not finite has no quotes.
constexpr std::string_view of_1_7_1 = R"({
  "context": {
    "date": "2023-01-01T00:00:00+00:00",
    "num_cpus": 2,
    "caches": [
      {
        "type": "Data",
        "level": 1
      }
    ],
    "load_avg": [0.5,0.25,1],
    "library_build_type": "debug"
  },
  "benchmarks": [
    {
      "name": "BM_copy/8",
      "family_index": 0,
      "per_family_instance_index": 0,
      "run_name": "BM_copy/8",
      "run_type": "iteration",
      "repetitions": 1,
      "repetition_index": 0,
      "threads": 1,
      "iterations": 1000,
      "real_time": 2.5000000000000000e+00,
      "cpu_time": 2.2500000000000000e+00,
      "time_unit": "us",
      "bytes_per_second": 8.0e+09,
      "nan_counter": NaN,
      "inf_counter": -Infinity,
      "label": "NaN, Infinity and -Infinity \"NaN\""
    },
    {
      "name": "BM_copy/16",
      "family_index": 0,
      "per_family_instance_index": 1,
      "run_name": "BM_copy/16",
      "run_type": "iteration",
      "repetitions": 1,
      "repetition_index": 0,
      "threads": 1,
      "error_occurred": true,
      "error_message": "too large: 16 > 8",
      "iterations": 0,
      "real_time": 0.0,
      "cpu_time": NaN,
      "time_unit": "us"
    },
    {
      "name": "BM_copy_BigO",
      "family_index": 0,
      "per_family_instance_index": 0,
      "run_name": "BM_copy",
      "run_type": "aggregate",
      "repetitions": 1,
      "threads": 1,
      "aggregate_name": "BigO",
      "aggregate_unit": "time",
      "cpu_coefficient": 1.5,
      "real_coefficient": 1.25,
      "big_o": "N",
      "time_unit": "us"
    },
    {
      "name": "BM_copy_RMS",
      "family_index": 0,
      "per_family_instance_index": 0,
      "run_name": "BM_copy",
      "run_type": "aggregate",
      "repetitions": 1,
      "threads": 1,
      "aggregate_name": "RMS",
      "aggregate_unit": "percentage",
      "rms": 0.25
    }
  ]
}
)";

TEST(read, of_1_7_1) {
  const benchmark_run run = parsed(of_1_7_1);
  EXPECT_EQ(run.path, "some/run.json");
  EXPECT_EQ(
      run.context_json(),
      R"({"date":"2023-01-01T00:00:00+00:00","num_cpus":2,"caches":[{"type":"Data","level":1}],)"
      R"("load_avg":[0.5,0.25,1],"library_build_type":"debug"})");
  ASSERT_EQ(run.rows.size(), 2U) << "fitted complexity is no row";

  const benchmark_row& row = run.rows[0];
  EXPECT_EQ(row.name, "BM_copy/8");
  EXPECT_EQ(row.label, "NaN, Infinity and -Infinity \"NaN\"");
  EXPECT_EQ(row.outcome, row_outcome::finished);
  EXPECT_EQ(row.repetitions, 1U);
  EXPECT_FALSE(row.aggregated);
  EXPECT_EQ(values(run, row, "real_time"), numbers{2500});
  EXPECT_EQ(values(run, row, "cpu_time"), numbers{2250});
  EXPECT_EQ(values(run, row, "iterations"), numbers{1000});
  EXPECT_EQ(values(run, row, "bytes_per_second"), numbers{8e9});
  EXPECT_EQ(row.samples.size(), 4U) << "what is not finite is no sample, nor what is no number";

  EXPECT_EQ(run.rows[1].name, "BM_copy/16");
  EXPECT_EQ(run.rows[1].outcome, row_outcome::failed);
  EXPECT_EQ(run.rows[1].message, "too large: 16 > 8");
  EXPECT_EQ(run.rows[1].repetitions, 0U);
  EXPECT_TRUE(run.rows[1].samples.empty());

  EXPECT_EQ(run.warnings,
            std::vector<std::string>{"'some/run.json': 3 bare NaN or Infinity, which are no JSON, "
                                     "count as missing"});
}

// Since 1.8 rows can be skipped with a message, which is no error.
TEST(read, of_1_8_3) {
  const benchmark_run run = parsed_rows(R"(
    {"name": "a/repeats:3/threads:4", "run_name": "a/repeats:3/threads:4", "run_type": "iteration",
     "repetitions": 3, "repetition_index": 0, "threads": 4, "iterations": 7, "real_time": 3,
     "cpu_time": 12, "time_unit": "ms", "allocs_per_iter": 2, "max_bytes_used": 64},
    {"name": "a/repeats:3/threads:4", "run_name": "a/repeats:3/threads:4", "run_type": "iteration",
     "repetitions": 3, "repetition_index": 1, "threads": 4, "iterations": 9, "real_time": 5,
     "cpu_time": 20, "time_unit": "ms", "max_bytes_used": 65},
    {"name": "a/repeats:3/threads:4_mean", "run_name": "a/repeats:3/threads:4", "threads": 4,
     "run_type": "aggregate", "repetitions": 3, "aggregate_name": "mean", "aggregate_unit": "time",
     "iterations": 3, "real_time": 4, "cpu_time": 16, "time_unit": "ms"},
    {"name": "a/repeats:3/threads:4_cv", "run_name": "a/repeats:3/threads:4", "threads": 4,
     "run_type": "aggregate", "repetitions": 3, "aggregate_name": "cv",
     "aggregate_unit": "percentage", "iterations": 3, "real_time": 0.25, "cpu_time": 0.25,
     "time_unit": "ms", "max_bytes_used": null},
    {"name": "b", "run_name": "b", "run_type": "iteration", "repetitions": 1,
     "repetition_index": 0, "threads": 1, "skipped": true, "skip_message": "no such file",
     "iterations": 1, "real_time": 0, "cpu_time": 0, "time_unit": "ns"},
    {"name": "c", "run_name": "c", "run_type": "iteration", "repetitions": 1,
     "repetition_index": 0, "threads": 1, "error_occurred": true, "error_message": "",
     "iterations": 1, "real_time": 0, "cpu_time": 0, "time_unit": "ns"})");
  ASSERT_EQ(run.rows.size(), 3U);
  EXPECT_EQ(run.rows[0].name, "a/threads:4");
  EXPECT_EQ(run.rows[0].repetitions, 2U);
  EXPECT_EQ(values(run, run.rows[0], "real_time"), (numbers{3e6, 5e6}));
  EXPECT_EQ(values(run, run.rows[0], "cpu_time"), (numbers{12e6, 20e6}));
  EXPECT_EQ(values(run, run.rows[0], "iterations"), (numbers{7, 9}));
  EXPECT_EQ(values(run, run.rows[0], "max_bytes_used"), (numbers{64, 65}));
  EXPECT_EQ(values(run, run.rows[0], "allocs_per_iter"), numbers{2});
  EXPECT_EQ(run.rows[1].outcome, row_outcome::skipped);
  EXPECT_EQ(run.rows[1].message, "no such file");
  EXPECT_TRUE(run.rows[1].samples.empty());
  EXPECT_EQ(run.rows[2].outcome, row_outcome::failed);
  EXPECT_EQ(run.rows[2].message, "");
  EXPECT_TRUE(run.warnings.empty());
}

// Our own, made with 1.9: aggregates only.
TEST(read, of_aggregates_takes_the_median) {
  const std::string common =
      R"("run_name": "sum/exact/fp32/normal/n:2", "run_type": "aggregate", "repetitions": 5,
         "threads": 1, "aggregate_unit": "time", "iterations": 5, "time_unit": "ns")";
  const auto row = [&](const char* what, int time) {
    return "{\"name\": \"sum/exact/fp32/normal/n:2_" + std::string(what) +
           "\", \"aggregate_name\": \"" + what + "\", \"cpu_time\": " + std::to_string(time) +
           ", \"max_perm_delta\": 0.0, " + common + "}";
  };
  for (const std::string& rows :
       {row("mean", 4) + "," + row("median", 3) + "," + row("stddev", 2) + "," + row("cv", 1),
        row("cv", 1) + "," + row("median", 3) + "," + row("mean", 4)}) {
    const benchmark_run run = parsed_rows(rows);
    ASSERT_EQ(run.rows.size(), 1U);
    EXPECT_EQ(run.rows[0].name, "sum/exact/fp32/normal/n:2");
    EXPECT_TRUE(run.rows[0].aggregated);
    EXPECT_EQ(run.rows[0].repetitions, 1U);
    EXPECT_EQ(values(run, run.rows[0], "cpu_time"), numbers{3});
    EXPECT_EQ(values(run, run.rows[0], "max_perm_delta"), numbers{0});
  }
  // Two benchmarks of one name are one, as they are without aggregates.
  const benchmark_run twice = parsed_rows(row("median", 3) + "," + row("median", 5));
  ASSERT_EQ(twice.rows.size(), 1U);
  EXPECT_TRUE(twice.rows[0].aggregated);
  EXPECT_EQ(twice.rows[0].repetitions, 2U);
  EXPECT_EQ(values(twice, twice.rows[0], "cpu_time"), (numbers{3, 5}));

  const benchmark_run mean = parsed_rows(row("stddev", 2) + "," + row("mean", 4));
  ASSERT_EQ(mean.rows.size(), 1U);
  EXPECT_EQ(values(mean, mean.rows[0], "cpu_time"), numbers{4});
  EXPECT_TRUE(parsed_rows(row("stddev", 2) + "," + row("cv", 1)).rows.empty());
}

TEST(read, one_repetition_that_failed_fails_the_row) {
  const std::string good = R"({"name": "a", "cpu_time": 1, "time_unit": "ns"})";
  const std::string bad = R"({"name": "a", "error_occurred": true, "error_message": "oh"})";
  const std::string aggregate =
      R"({"name": "a", "run_type": "aggregate", "aggregate_name": "median", "cpu_time": 1})";
  for (const std::string& rows : {aggregate + "," + bad, good + "," + bad, bad + "," + good,
                                  good + "," + bad + "," + good, bad + ", {\"name\": \"b\"}"}) {
    const benchmark_run run = parsed_rows(rows);
    EXPECT_EQ(run.rows[0].outcome, row_outcome::failed) << rows;
    EXPECT_EQ(run.rows[0].message, "oh");
    EXPECT_EQ(run.rows[0].repetitions, 0U);
    EXPECT_FALSE(run.rows[0].aggregated);
    EXPECT_TRUE(run.rows[0].samples.empty());
  }
  EXPECT_EQ(
      parsed_rows(R"({"name": "a", "error_occurred": false, "skipped": false, "cpu_time": 1})")
          .rows[0]
          .outcome,
      row_outcome::finished);
}

TEST(read, samples_know_their_repetition) {
  const benchmark_run run = parsed_rows(R"(
    {"name": "a", "cpu_time": 1, "x": NaN}, {"name": "b", "cpu_time": 8, "x": 9},
    {"name": "a", "cpu_time": 2, "x": 5}, {"name": "a", "x": 6, "cpu_time": null})");
  ASSERT_EQ(run.rows.size(), 2U);
  EXPECT_EQ(run.rows[0].repetitions, 3U);
  EXPECT_EQ(values(run, run.rows[0], "x"), (numbers{5, 6}));
  EXPECT_EQ(values(run, run.rows[0], "cpu_time"), (numbers{1, 2}));
  std::vector<std::uint32_t> repetitions;
  for (const sample& each : run.rows[0].samples) repetitions.push_back(each.repetition);
  EXPECT_EQ(repetitions, (std::vector<std::uint32_t>{0, 1, 1, 2}));
}

TEST(read, names_do_not_say_how_often) {
  for (const auto& [full, name] : {std::pair{"a/8/repeats:5", "a/8"},
                                   {"a/iterations:2/repeats:10/process_time/real_time/threads:2",
                                    "a/iterations:2/process_time/real_time/threads:2"},
                                   {"a/repeats:3/repeats:5", "a/repeats:3"},
                                   {"a/repeats:", "a/repeats:"},
                                   {"a/repeats:x", "a/repeats:x"},
                                   {"a/repeats:3x/4", "a/repeats:3x/4"},
                                   {"/repeats:3", "/repeats:3"},
                                   {"arepeats:3", "arepeats:3"}})
    EXPECT_EQ(parsed_rows("{\"name\": \"" + std::string(full) + "\"}").rows.at(0).name, name);
}

TEST(read, times_are_nanoseconds) {
  const std::vector<std::pair<std::string, double>> units{
      {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  for (const auto& [unit, nanoseconds] : units) {
    const std::string key = "\"time_unit\": \"" + unit + '"';
    const std::string times = R"("real_time": 1.5, "cpu_time": 0.25)";
    const std::string counter = R"("x_time": 3)";
    // The unit may come before what it is a unit of.
    for (const std::string& fields :
         {times + "," + counter + "," + key, key + "," + times + "," + counter}) {
      const benchmark_run run = parsed_rows("{\"name\": \"a\", " + fields + "}");
      EXPECT_EQ(values(run, run.rows[0], "real_time"), numbers{1.5 * nanoseconds});
      EXPECT_EQ(values(run, run.rows[0], "cpu_time"), numbers{0.25 * nanoseconds});
      EXPECT_EQ(values(run, run.rows[0], "x_time"), numbers{3}) << "a stranger's counter";
    }
  }
}

TEST(read, metrics_are_known_by_name) {
  const benchmark_run run = parsed_rows(R"({"name": "a", "zebra": 1, "max_perm_delta": 2})");
  ASSERT_EQ(run.metrics.size(), 5U);
  EXPECT_EQ(run.metrics[real_time_metric].name, "real_time");
  EXPECT_EQ(run.metrics[cpu_time_metric].name, "cpu_time");
  EXPECT_EQ(run.metrics[iterations_metric].name, "iterations");
  EXPECT_EQ(run.metrics[run.find("zebra")].unit, "");
  EXPECT_FALSE(run.metrics[run.find("zebra")].exact);
  EXPECT_EQ(run.metrics[run.find("max_perm_delta")].unit, counters::max_perm_delta.unit);
  EXPECT_TRUE(run.metrics[run.find("max_perm_delta")].exact);
  EXPECT_EQ(run.find("zeb"), run.metrics.size());
  EXPECT_TRUE(benchmark_run::values(run.rows[0], cpu_time_metric).empty());
}

TEST(read, what_it_does_not_know_it_leaves_alone) {
  const benchmark_run run = parsed(R"({
    "comment": [{"benchmarks": [3]}, NaN], "context": {"context": {"a": [[], {}]}},
    "benchmarks": [{"name": "a", "text": "t", "list": [1, {"name": 2}], "flag": true, "x": 1,
                    "none": null, "object": {"x": 2}}], "more": {"name": 1}})");
  ASSERT_EQ(run.rows.size(), 1U);
  EXPECT_EQ(run.rows[0].name, "a");
  EXPECT_EQ(values(run, run.rows[0], "x"), numbers{1});
  EXPECT_EQ(run.rows[0].samples.size(), 1U);
  EXPECT_EQ(run.context_json(), R"({"context":{"a":[[],{}]}})");
  EXPECT_EQ(run.warnings.size(), 1U);
}

TEST(read, numbers_to_the_last_bit) {
  const benchmark_run run = parsed_rows(
      R"({"name": "a", "third": 0.3333333333333333, "tiny": 5e-324, "none": -0.0,
          "vast": 1.7976931348623157e308, "whole": 18446744073709551615,
          "long": 123456789012345678901234567890, "under": 1e-400})");
  EXPECT_EQ(values(run, run.rows[0], "third"), numbers{1.0 / 3});
  EXPECT_EQ(values(run, run.rows[0], "tiny"), numbers{5e-324});
  EXPECT_TRUE(std::signbit(values(run, run.rows[0], "none").at(0)));
  EXPECT_EQ(values(run, run.rows[0], "vast"), numbers{1.7976931348623157e308});
  EXPECT_EQ(values(run, run.rows[0], "whole"), numbers{18446744073709551615.0});
  EXPECT_EQ(values(run, run.rows[0], "long"), numbers{123456789012345678901234567890.0});
  EXPECT_EQ(values(run, run.rows[0], "under"), numbers{0});
}

TEST(read, not_a_number_in_texts_and_names_stays) {
  const benchmark_run run =
      parsed(R"({"context": {"NaN": "Infinity", "a": [NaN, "\\\"NaN", -Infinity]},
    "benchmarks": [{"name": "NaN\\", "label": "\"NaN", "NaN": 1, "x": Infinity}]})");
  EXPECT_EQ(run.context_json(), R"({"NaN":"Infinity","a":[null,"\\\"NaN",null]})");
  EXPECT_EQ(run.rows[0].name, "NaN\\");
  EXPECT_EQ(run.rows[0].label, "\"NaN");
  EXPECT_EQ(values(run, run.rows[0], "NaN"), numbers{1});
  ASSERT_EQ(run.warnings.size(), 1U);
  EXPECT_NE(run.warnings[0].find(" 3 bare NaN"), std::string::npos) << run.warnings[0];
}

TEST(read, a_byte_order_mark_and_other_line_ends_are_fine) {
  std::string text(of_1_7_1);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\r');
  EXPECT_EQ(parsed("\xEF\xBB\xBF" + text).rows.size(), 2U);
}

TEST(read, nothing_measured_is_a_run_too) {
  const benchmark_run run = parsed(R"({"benchmarks": []})");
  EXPECT_TRUE(run.rows.empty());
  EXPECT_TRUE(run.warnings.empty());
  EXPECT_EQ(run.context_json(), "{}");
  EXPECT_EQ(run.metrics.size(), 3U);
}

TEST(read, the_runs_that_are_kept) {
  for (const auto& [name, rows] : {std::pair{"readme", 18U}, {"speed", 222U}, {"network", 12U}}) {
    const std::string path = std::string(PERMDELTA_SOURCE_DIR "/docs/") + name + "_run.json";
    const benchmark_run run = read_run(path);
    EXPECT_EQ(run.path, path);
    EXPECT_EQ(run.rows.size(), rows) << name;
    EXPECT_TRUE(run.warnings.empty());
    ASSERT_NE(run.find_context("seed"), nullptr);
    EXPECT_EQ(run.find_context("seed")->plain, "42");
    for (const benchmark_row& row : run.rows) {
      EXPECT_EQ(row.outcome, row_outcome::finished) << row.name;
      EXPECT_EQ(row.repetitions, 1U);
      EXPECT_EQ(row.aggregated, std::string_view(name) == "speed");
      EXPECT_EQ(values(run, row, "max_perm_delta").size(), 1U);
    }
  }
}

}  // namespace
}  // namespace permdelta::test

/// Fuzzes the reader of benchmark files, which gets whatever people have:
///
///   cmake --preset asan-ubsan && cmake --build --preset asan-ubsan --target run_fuzz
///   mkdir -p build/run_corpus
///   build/asan-ubsan/bin/run_fuzz -max_len=2048 -max_total_time=600 build/run_corpus
///
/// An input is read or refused, by one line and no other exception, and a run that was read keeps
/// what its header promises. Its first byte says what the others are: a file as it is, or edits of
/// one that is right, in the words of which such files consist. So no corpus is needed to begin
/// with.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "run/read.hpp"

namespace permdelta {
namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

constexpr std::string_view right =
    R"({"context": {"date": "d", "caches": [{"level": 1}], "load_avg": [0.5, 1], "ok": true},
"benchmarks": [
{"name": "sum/exact/fp32/normal/n:2/repeats:2", "run_name": "sum/exact/fp32/normal/n:2/repeats:2",
"run_type": "iteration", "repetition_index": 0, "threads": 1, "iterations": 3, "real_time": 1.5e+1,
"cpu_time": 7, "time_unit": "us", "max_perm_delta": 0.0, "label": "\u00e9"},
{"name": "a_median", "run_name": "a", "run_type": "aggregate", "aggregate_name": "median",
"cpu_time": 2, "x": NaN},
{"name": "b", "error_occurred": true, "error_message": "e"},
{"name": "c", "skipped": true, "skip_message": "s"},
{"name": "d_BigO", "run_type": "aggregate", "aggregate_name": "BigO", "big_o": "N", "x": -Infinity}
]})";

constexpr std::array words{"{",
                           "}",
                           "[",
                           "]",
                           ",",
                           ":",
                           "\"",
                           "\\",
                           "\n",
                           "null",
                           "true",
                           "false",
                           "NaN",
                           "-Infinity",
                           "1e999",
                           "-0.0",
                           "3",
                           "\"name\": ",
                           "\"a\"",
                           "\"b\"",
                           "\"x\": ",
                           "\"mean\"",
                           "\"ms\"",
                           "\"time_unit\": ",
                           "\"label\":",
                           "\\u00",
                           "\\ud800",
                           "\"context\": ",
                           "{\"name\": \"a\"}, ",
                           "\xEF\xBB\xBF",
                           "\"benchmarks\": ",
                           "\"aggregate_name\": ",
                           "\"skipped\": ",
                           "\"repetition_index\": "};

// The right file, edited: of four bytes, two say where, one how much
// is removed and one which word is put there.
std::string edited(const std::uint8_t* edits, std::size_t size) {
  std::string file(right);
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    const std::size_t place = (std::size_t{edits[i]} << 8 | edits[i + 1]) % (file.size() + 1);
    const std::size_t removed = edits[i + 2] % 32;
    // Past the words it is any byte.
    const std::size_t word = edits[i + 3] % 64;
    file.replace(
        place, removed,
        word < words.size() ? words.at(word) : std::string(1, static_cast<char>(edits[i + 3])));
  }
  return file;
}

bool is_line(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

void check_row(const benchmark_run& run, const benchmark_row& row) {
  expect(!row.name.empty(), "a row without a name");
  const bool finished = row.outcome == row_outcome::finished;
  expect(finished == (row.repetitions > 0), "finished without a repetition, or not and with one");
  expect(finished || row.samples.empty(), "numbers of what did not finish");
  expect(!row.aggregated || finished, "aggregates of what did not finish");
  std::uint32_t repetition = 0;
  std::set<std::uint32_t> seen;
  for (const sample& each : row.samples) {
    expect(each.metric < run.metrics.size(), "a number of nothing");
    expect(std::isfinite(each.value), "a number that is none");
    expect(each.repetition >= repetition && each.repetition < row.repetitions, "out of order");
    if (each.repetition != repetition) seen.clear();
    repetition = each.repetition;
    expect(seen.insert(each.metric).second, "two numbers of one repetition");
  }
  const std::uint32_t clock = judged_time(row);
  expect(clock == real_time_metric || clock == cpu_time_metric, "another clock");
}

void check(const std::string& file) {
  benchmark_run run;
  try {
    run = parse_run(file, "run.json");
  } catch (const run_error& error) {
    const std::string_view what = error.what();
    expect(is_line(what) && what.starts_with("'run.json': "), "not a line that names the file");
    expect(file.empty() || what.starts_with("'run.json': line "), "a line without a position");
    return;
  }
  expect(run.path == "run.json", "another file");
  expect(run.warnings.size() <= 1 && std::ranges::all_of(run.warnings, is_line), "odd warnings");
  expect(run.metrics.size() >= 3 && run.metrics[iterations_metric].name == "iterations", "metrics");
  std::set<std::string_view> names;
  for (const metric& each : run.metrics) {
    expect(names.insert(each.name).second, "two metrics of one name");
    expect(run.metrics[run.find(each.name)].name == each.name, "another metric's place");
  }
  names.clear();
  for (const benchmark_row& row : run.rows) {
    expect(names.insert(row.name).second, "two rows of one name");
    check_row(run, row);
  }
  // What was read can be written and read again.
  const std::string context = run.context_json();
  const benchmark_run again =
      parse_run("{\"context\": " + context + ", \"benchmarks\": []}", "again.json");
  expect(again.context_json() == context, "another context when it is read again");
}

}  // namespace
}  // namespace permdelta

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  permdelta::check(data[0] % 4 == 0
                       ? std::string(data + 1, data + size)
                       : permdelta::edited(data + 1, std::min<std::size_t>(size - 1, 64)));
  return 0;
}

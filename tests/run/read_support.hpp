#pragma once

/// Texts read as runs, and why they are not.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "run/read.hpp"

namespace permdelta::test {

/// Throws for a name that is no metric's.
inline std::vector<double> values(const benchmark_run& run, const benchmark_row& row,
                                  std::string_view metric) {
  (void)run.metrics.at(run.find(metric));
  return benchmark_run::values(row, run.find(metric));
}

inline benchmark_run parsed(std::string_view text) {
  return parse_run(text, "some/run.json");
}

/// Rows in a file that has nothing else.
inline benchmark_run parsed_rows(const std::string& rows) {
  return parsed("{\"context\": {}, \"benchmarks\": [" + rows + "]}");
}

/// Why a text is refused; checks that it is, by one line that names the file. Empty if it is not.
inline std::string refusal(std::string_view text) {
  try {
    (void)parsed(text);
  } catch (const run_error& error) {
    std::string line = error.what();
    EXPECT_TRUE(line.starts_with("'some/run.json': ")) << line;
    EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos) << line;
    EXPECT_LT(line.size(), 500U) << line;
    return line;
  }
  return {};
}

}  // namespace permdelta::test

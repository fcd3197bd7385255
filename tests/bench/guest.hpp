#pragma once

/// The whole program with somebody else's kernel.

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bench/harness.hpp"

namespace permdelta::test {

struct outcome {
  int exit_code;
  nlohmann::json rows;
  std::string log;
};

template <element T>
[[nodiscard]] subject guest(task what, reduction<T> run) {
  return {.task = std::move(what), .method = "guest", .run = std::move(run)};
}

/// Runs their rows, and no others.
[[nodiscard]] inline outcome run_program(const std::vector<subject>& guests,
                                         const std::vector<std::string>& flags) {
  std::vector<std::string> arguments{
      "bench", "--benchmark_filter=^(sum|mean|layernorm|rmsnorm|softmax|own_.*)/guest",
      "--benchmark_min_time=0", "--benchmark_format=json", "--distributions=normal,fixed"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  std::vector<char*> pointers;
  for (std::string& each : arguments) pointers.push_back(each.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int exit_code = bench_main(static_cast<int>(pointers.size()), pointers.data(), guests);
  const auto json = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  return {exit_code, json.at("benchmarks"), testing::internal::GetCapturedStderr()};
}

[[nodiscard]] inline outcome run_program(const subject& guest,
                                         const std::vector<std::string>& flags) {
  return run_program(std::vector{guest}, flags);
}

inline void expect_accepted(const outcome& got, std::size_t rows) {
  EXPECT_EQ(got.exit_code, success) << got.log;
  EXPECT_EQ(got.rows.size(), rows);
  for (const auto& row : got.rows) {
    EXPECT_FALSE(row.contains("error_occurred")) << row;
    EXPECT_TRUE(row.contains("max_perm_delta")) << row;
  }
}

inline void expect_rejected(const outcome& got, std::size_t rows, const std::string& reason) {
  EXPECT_EQ(got.exit_code, failure);
  EXPECT_EQ(got.rows.size(), rows);
  for (const auto& row : got.rows) {
    EXPECT_TRUE(row.value("error_occurred", false)) << row;
    EXPECT_NE(row.value("error_message", "").find(reason), std::string::npos) << row;
    EXPECT_FALSE(row.contains("max_perm_delta")) << row;
  }
  const auto all = std::to_string(rows);
  EXPECT_NE(got.log.find(all + " of " + all + " rows gave a wrong result"), std::string::npos)
      << got.log;
}

[[nodiscard]] inline std::string message_of(const nlohmann::json& row) {
  return row.value("error_message", "");
}

/// The number after `words`.
[[nodiscard]] inline double number_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  EXPECT_NE(at, std::string::npos) << text;
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + words.size(), nullptr);
}

}  // namespace permdelta::test

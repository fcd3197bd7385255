#include "tools/permdelta/export/timestamp.hpp"

#include <gtest/gtest.h>

namespace permdelta::test {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(timestamp, of_seconds) {
  EXPECT_EQ(parse_timestamp("0"), 0);
  EXPECT_EQ(parse_timestamp("1700000000"), 1700000000 * second);
  EXPECT_EQ(parse_timestamp("1700000000.25"), 1700000000 * second + second / 4);
  EXPECT_EQ(parse_timestamp("1.000000001"), second + 1);
  EXPECT_EQ(parse_timestamp("9223372035.999999999"), 9223372036 * second - 1);
}

TEST(timestamp, of_dates) {
  constexpr std::int64_t day = 1795392000 * second;  // date --date=2026-11-23 --utc +%s
  EXPECT_EQ(parse_timestamp("1970-01-01"), 0);
  EXPECT_EQ(parse_timestamp("2026-11-23"), day);
  EXPECT_EQ(parse_timestamp("2026-11-23T01:30"), day + 5400 * second);
  for (const char* same :
       {"2026-11-23T01:32:38Z", "2026-11-23T01:32:38", "2026-11-23 01:32:38",
        "2026-11-23T01:32:38+00:00", "2026-11-23T03:02:38+01:30", "2026-11-22T20:32:38-0500"})
    EXPECT_EQ(parse_timestamp(same), day + 5558 * second) << same;
  EXPECT_EQ(parse_timestamp("2026-11-23T01:32:38.000000001Z"), day + 5558 * second + 1);
  EXPECT_EQ(parse_timestamp("2024-02-29"), 1709164800 * second);
}

TEST(timestamp, is_nothing_else) {
  for (const char* bad : {"",
                          " ",
                          "now",
                          "-1",
                          "+1",
                          "1.",
                          ".5",
                          "1e9",
                          "1.0000000001",
                          "9223372036",
                          "99999999999",
                          "1700000000 ",
                          "2026-11",
                          "2026-11-23T",
                          "2026-11-23T1",
                          "2026-11-23T01",
                          "2026-13-01",
                          "2026-00-01",
                          "2026-02-29",
                          "2026-11-31",
                          "2026-1-01",
                          "2026-11-23T24:00",
                          "2026-11-23T01:60",
                          "2026-11-23T01:32:60",
                          "2026-11-23T01:32:",
                          "2026-11-23T01:32:38.",
                          "2026-11-23T01:32:38+",
                          "2026-11-23T01:32:38+1",
                          "2026-11-23T01:32:38+01:000",
                          "2026-11-23T01:32:38+01:00Z",
                          "2026-11-23T01:32:38-01:00+01:00",
                          "2026-11-23Z",
                          "2026-11-23T01:32:38X",
                          "1969-12-31",
                          "1970-01-01T00:00+01:00",
                          "2263-01-01",
                          "9999-12-31"})
    EXPECT_EQ(parse_timestamp(bad), std::nullopt) << bad;
}

TEST(timestamp, is_written_so_that_it_reads_back) {
  EXPECT_EQ(iso_text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_text(1795397558 * second), "2026-11-23T01:32:38Z");
  EXPECT_EQ(seconds_text(1795397558 * second), "1795397558");
  EXPECT_EQ(seconds_text(second / 4), "0.25");
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, 10 * second,
                                  1700000000 * second, 1700000000 * second + 123456789,
                                  1700000000 * second + 120000000, 9223372036 * second - 1}) {
    EXPECT_EQ(parse_timestamp(iso_text(time)), time);
    EXPECT_EQ(parse_timestamp(seconds_text(time)), time);
  }
}

}  // namespace
}  // namespace permdelta::test

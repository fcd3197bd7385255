#include "tools/permdelta/tables/metric_text.hpp"

#include <gtest/gtest.h>

namespace permdelta::test {
namespace {

TEST(metric_text, has_the_digits_that_matter_to_a_person) {
  const auto text = [](const char* name, double value) {
    return metric_text(metric_of(name), value, reader::person);
  };
  EXPECT_EQ(text("max_perm_delta", 4.76837158203125e-06), "4.77e-06");
  EXPECT_EQ(text("max_perm_delta", 0), "0");
  EXPECT_EQ(text("layer_07_delta", 0.25), "2.50e-01");
  EXPECT_EQ(text("perm_delta_ulp", 950), "950");
  EXPECT_EQ(text("perm_delta_ulp", 0.0078125), "0.00781");
  EXPECT_EQ(text("distinct_results", 128), "128");
  EXPECT_EQ(text("cpu_time", 1176.2), "1.176 us");
  EXPECT_EQ(text("bandwidth_fraction", 0.98765), "0.988");
  EXPECT_EQ(text("bytes_per_second", 65.25e9), "6.52e+10");
  EXPECT_EQ(text("anything", 123456), "1.23e+05");
}

TEST(metric_text, has_all_digits_for_a_machine) {
  for (const char* name : {"max_perm_delta", "cpu_time", "distinct_results", "anything"}) {
    EXPECT_EQ(metric_text(metric_of(name), 0.1 + 0.2, reader::machine), "0.30000000000000004");
    EXPECT_EQ(metric_text(metric_of(name), 0, reader::machine), "0");
  }
}

TEST(metric_text, of_what_is_not_there) {
  for (const reader whose : {reader::person, reader::machine}) {
    EXPECT_EQ(absence_text(row_outcome::failed, whose), "error");
    EXPECT_EQ(absence_text(row_outcome::skipped, whose), "skipped");
  }
  EXPECT_EQ(absence_text(row_outcome::finished, reader::person), "-");
  EXPECT_EQ(absence_text(row_outcome::finished, reader::machine), "");
}

}  // namespace
}  // namespace permdelta::test

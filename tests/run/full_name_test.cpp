#include "run/full_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace permdelta::test {
namespace {

TEST(full_name, is_a_name_and_what_is_appended) {
  const std::string ours = "sum/exact/fp32/normal/n:2/isa:avx2/rows:16/workers:3";
  for (const std::string suffix :
       {"", "/real_time", "/iterations:5", "/manual_time/threads:8",
        "/min_time:0.500/min_warmup_time:0.1/repeats:2/process_time/real_time/threads:2"}) {
    const auto found = parse_full_name(ours + suffix);
    ASSERT_TRUE(found) << suffix;
    EXPECT_EQ(found->name, parse_row_name(ours));
    EXPECT_EQ(found->suffix, suffix);
  }
}

TEST(full_name, is_no_strangers) {
  for (const char* name :
       {"", "/", "BM_copy/8", "BM_copy/8/real_time", "/real_time", "real_time", "threads:2",
        "sum/exact/fp32/normal/real_time", "sum/exact/fp32/normal/n:2/real_time/isa:avx2",
        "sum/exact/fp32/normal/n:2/", "sum/exact/fp32/normal/n:2//real_time",
        "sum/exact/fp32/normal/n:2_median", "sum/exact/fp32/normal/n:2/cpu_time"})
    EXPECT_FALSE(parse_full_name(name)) << name;
}

}  // namespace
}  // namespace permdelta::test

#include "common/name_filter.hpp"

#include <gtest/gtest.h>

#include "common/usage_error.hpp"

namespace permdelta::test {
namespace {

bool keeps(const char* filter, const char* name) {
  return name_filter("--filter", filter).keeps(name);
}

TEST(name_filter, is_found_anywhere) {
  EXPECT_TRUE(keeps("n:2", "sum/exact/fp32/normal/n:2"));
  EXPECT_TRUE(keeps("n:2", "sum/exact/fp32/normal/n:2048"));
  EXPECT_FALSE(keeps("n:2$", "sum/exact/fp32/normal/n:2048"));
  EXPECT_TRUE(keeps("(mean|sum)/.*/fp(16|32)", "sum/exact/fp32/normal/n:2"));
  EXPECT_FALSE(keeps("^exact", "sum/exact/fp32/normal/n:2"));
}

TEST(name_filter, keeps_the_others_behind_a_minus) {
  EXPECT_FALSE(keeps("-exact", "sum/exact/fp32/normal/n:2"));
  EXPECT_TRUE(keeps("-exact", "sum/kahan/fp32/normal/n:2"));
}

TEST(name_filter, keeps_everything_unless_told) {
  for (const char* all : {"", "all"}) EXPECT_TRUE(keeps(all, "sum/exact/fp32/normal/n:2"));
}

TEST(name_filter, refuses_what_is_no_expression) {
  for (const char* bad : {"(", "[", "a{2", "-("}) {
    try {
      const name_filter filter("--filter", bad);
      FAIL() << bad;
    } catch (const usage_error& error) {
      EXPECT_TRUE(std::string_view(error.what()).starts_with("--filter: '")) << error.what();
    }
  }
}

}  // namespace
}  // namespace permdelta::test

#include "run/row_name.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace permdelta::test {
namespace {

TEST(row_name, is_built_and_parsed) {
  const row_name plain{"layernorm", "pairwise", "fp32", "normal", 4096, {}};
  EXPECT_EQ(to_string(plain), "layernorm/pairwise/fp32/normal/n:4096");
  const row_name more{"sum",       "my-method", "fp16",
                      "layer_3=q", 0,           {{"isa", "avx2"}, {"rows", "16"}}};
  EXPECT_EQ(to_string(more), "sum/my-method/fp16/layer_3=q/n:0/isa:avx2/rows:16");
  for (const row_name& row : {plain, more}) EXPECT_EQ(parse_row_name(to_string(row)), row);
  EXPECT_NE(parse_row_name(to_string(plain)), more);
  EXPECT_EQ(parse_row_name("a/b/c/d/n:18446744073709551615")->n, SIZE_MAX);
}

TEST(row_name, refuses_to_build_what_it_could_not_parse) {
  const row_name good{"sum", "exact", "fp64", "normal", 2, {}};
  EXPECT_NO_THROW((void)to_string(good));
  for (const char* bad : {"", "a/b", "a b", "a:b", "a.b", "a+b", "\xC3\xA9"}) {
    for (std::string row_name::*part :
         {&row_name::operation, &row_name::method, &row_name::type, &row_name::distribution}) {
      row_name row = good;
      row.*part = bad;
      EXPECT_THROW((void)to_string(row), std::invalid_argument) << bad;
    }
    for (const auto& axis : {std::pair<std::string, std::string>{bad, "1"}, {"rows", bad}}) {
      row_name row = good;
      row.axes = {axis};
      EXPECT_THROW((void)to_string(row), std::invalid_argument) << bad;
    }
  }
}

TEST(row_name, parses_nothing_else) {
  ASSERT_TRUE(parse_row_name("sum/exact/fp64/normal/n:2/isa:avx2"));
  for (const char* bad : {"",
                          "/",
                          "sum",
                          "sum/exact/fp64/normal",
                          "sum/exact/fp64/normal/",
                          "sum/exact/fp64/normal/n:",
                          "sum/exact/fp64/normal/n",
                          "sum/exact/fp64/normal/2",
                          "sum/exact/fp64/normal/m:2",
                          "sum/exact/fp64/normal/n:-2",
                          "sum/exact/fp64/normal/n:+2",
                          "sum/exact/fp64/normal/n:02",
                          "sum/exact/fp64/normal/n:2x",
                          "sum/exact/fp64/normal/n:2:3",
                          "sum/exact/fp64/normal/n:2_mean",
                          "sum/exact/fp64/normal/n:18446744073709551616",
                          "sum//fp64/normal/n:2",
                          "/sum/exact/fp64/normal/n:2",
                          "sum/exact/fp64/normal/n:2/",
                          "sum/exact/fp64/normal/n:2//",
                          "sum/exact/fp64/normal/n:2//isa:avx2",
                          "sum/exact/fp64/normal/n:2/real_time",
                          "sum/exact/fp64/normal/n:2/:avx2",
                          "sum/exact/fp64/normal/n:2/isa:",
                          "sum/exact/fp64/normal/n:2/isa:avx2:3",
                          "sum/ex act/fp64/normal/n:2",
                          "sum/exact/fp64/nor.mal/n:2"})
    EXPECT_FALSE(parse_row_name(bad)) << bad;
}

}  // namespace
}  // namespace permdelta::test

#include "run/name_parts.hpp"

#include <gtest/gtest.h>

namespace permdelta::test {
namespace {

using parts = std::vector<name_part>;

TEST(name_parts, of_ours) {
  const name_parts found = split_name("sum/exact/fp32/normal/n:64/isa:avx2/rows:16");
  EXPECT_EQ(found.stem, "sum/exact/fp32/normal/n:64/isa:avx2/rows:16");
  ASSERT_TRUE(found.ours);
  EXPECT_EQ(found.ours->axes.size(), 2);
  EXPECT_TRUE(found.suffixes.empty());
  EXPECT_EQ(found.keyed(), (parts{{"operation", "sum"},
                                  {"method", "exact"},
                                  {"type", "fp32"},
                                  {"distribution", "normal"},
                                  {"n", "64"},
                                  {"isa", "avx2"},
                                  {"rows", "16"}}));
}

TEST(name_parts, of_ours_with_everything_the_library_appends) {
  const name_parts found = split_name(
      "sum/exact/fp32/normal/n:64/min_time:0.500/min_warmup_time:1.000/iterations:5/repeats:3/"
      "process_time/real_time/threads:2");
  EXPECT_EQ(found.stem, "sum/exact/fp32/normal/n:64");
  ASSERT_TRUE(found.ours);
  EXPECT_EQ(found.suffixes, (parts{{"min_time", "0.500"},
                                   {"min_warmup_time", "1.000"},
                                   {"iterations", "5"},
                                   {"repeats", "3"},
                                   {"cpu_clock", "process_time"},
                                   {"clock", "real_time"},
                                   {"threads", "2"}}));
  EXPECT_EQ(found.keyed().size(), 12);
}

TEST(name_parts, of_strangers) {
  EXPECT_EQ(split_name("BM_sort<int>/1024/threads:4").keyed(),
            (parts{{"name", "BM_sort<int>/1024"}, {"threads", "4"}}));
  EXPECT_EQ(split_name("BM_x/size:32/manual_time").keyed(),
            (parts{{"name", "BM_x/size:32"}, {"clock", "manual_time"}}));
  EXPECT_EQ(split_name("BM x, y=\"z\"").keyed(), (parts{{"name", "BM x, y=\"z\""}}));
  EXPECT_EQ(split_name("x/min_time:2s").keyed(), (parts{{"name", "x"}, {"min_time", "2"}}));
}

TEST(name_parts, takes_nothing_else_for_a_suffix) {
  for (const char* name :
       {"", "/", "real_time", "/real_time", "threads:2", "/threads:2",
        "x/threads:", "x/threads:two", "x/threads:2/", "x/threads", "x/real_time2", "x/real_time/2",
        "x/threads:2/y", "x/Real_time", "x/real_time:1", "x/threads:1.5"}) {
    const name_parts found = split_name(name);
    EXPECT_EQ(found.stem, name);
    EXPECT_TRUE(found.suffixes.empty()) << name;
  }
}

// Suffixes that the library would not have appended in this order, or twice, stay in the stem.
TEST(name_parts, differ_where_names_do) {
  EXPECT_EQ(split_name("x/threads:2/iterations:5").keyed(),
            (parts{{"name", "x/threads:2"}, {"iterations", "5"}}));
  EXPECT_EQ(split_name("x/threads:2/threads:3").keyed(),
            (parts{{"name", "x/threads:2"}, {"threads", "3"}}));
  EXPECT_EQ(split_name("x/real_time/manual_time").stem, "x/real_time");
}

TEST(name_parts, have_no_key_twice) {
  const parts found = split_name("sum/exact/fp32/normal/n:64/method:x/threads:3/threads:2").keyed();
  EXPECT_EQ(found, (parts{{"operation", "sum"},
                          {"method", "exact"},
                          {"type", "fp32"},
                          {"distribution", "normal"},
                          {"n", "64"},
                          {"method_2", "x"},
                          {"threads", "3"},
                          {"threads_2", "2"}}));
}

}  // namespace
}  // namespace permdelta::test

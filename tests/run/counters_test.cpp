#include "run/counters.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace permdelta::test {
namespace {

std::string readme_row(const counter& c) {
  std::ostringstream row;
  row << "| `" << c.name << "` | " << c.unit << " | " << (c.exact ? "exact" : "measured") << " | "
      << c.meaning << " |\n";
  return row.str();
}

TEST(counters, are_the_readmes_table) {
  std::ifstream file(PERMDELTA_SOURCE_DIR "/README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), {});
  ASSERT_FALSE(readme.empty());
  for (const counter& each : counters::all)
    EXPECT_NE(readme.find(readme_row(each)), std::string::npos) << readme_row(each);
  counter other = counters::all[0];
  other.unit = "parsec";
  EXPECT_EQ(readme.find(readme_row(other)), std::string::npos);
}

}  // namespace
}  // namespace permdelta::test

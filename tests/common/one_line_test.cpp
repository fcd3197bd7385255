#include "common/one_line.hpp"

#include <gtest/gtest.h>

namespace permdelta::test {
namespace {

TEST(one_line, leaves_text_alone) {
  for (const char* text : {"", "'a b.npy': no", "\xC3\xA9\xE2\x82\xAC"})
    EXPECT_EQ(one_line(text), text);
}

TEST(one_line, spells_out_what_moves_a_cursor) {
  EXPECT_EQ(one_line("new\nline"), "new\\x0aline");
  EXPECT_EQ(one_line("a\x1b[31m\r\t\x7f"), "a\\x1b[31m\\x0d\\x09\\x7f");
  EXPECT_EQ(one_line(std::string_view("\0", 1)), "\\x00");
}

}  // namespace
}  // namespace permdelta::test

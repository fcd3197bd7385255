#include "npy/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "npy/npy.hpp"

namespace permdelta::testing {
namespace {

using shape = std::vector<std::uint64_t>;

std::string objection(const std::string& text) {
  try {
    static_cast<void>(parse_npy_header(text));
    return {};
  } catch (const npy_error& error) {
    return error.what();
  }
}

TEST(npy_header, as_numpy_writes_it) {
  const npy_header header =
      parse_npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }       \n");
  EXPECT_EQ(header.descr, "<f4");
  EXPECT_FALSE(header.fortran_order);
  EXPECT_EQ(header.shape, (shape{3, 4}));
}

TEST(npy_header, any_order_quotes_and_space) {
  for (const char* text :
       {"{'shape':(7,),'fortran_order':True,'descr':'|b1'}",
        "\n{ \"fortran_order\" : True , 'shape' : ( 7 , ) , \"descr\" : \"|b1\" }",
        "{'descr':'|b1',\t'shape':(7,),\r\n'fortran_order':True,}"}) {
    const npy_header header = parse_npy_header(text);
    EXPECT_EQ(header.descr, "|b1") << text;
    EXPECT_TRUE(header.fortran_order) << text;
    EXPECT_EQ(header.shape, shape{7}) << text;
  }
}

TEST(npy_header, shapes) {
  const auto shape_of = [](const std::string& tuple) {
    return parse_npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + "}")
        .shape;
  };
  EXPECT_EQ(shape_of("()"), shape{});
  EXPECT_EQ(shape_of("(0,)"), shape{0});
  EXPECT_EQ(shape_of("(1,2,3)"), (shape{1, 2, 3}));
  EXPECT_EQ(shape_of("(1, 2, )"), (shape{1, 2}));
  EXPECT_EQ(shape_of("(18446744073709551615,)"), shape{~std::uint64_t{0}});
  EXPECT_EQ(shape_of("(99999999999999999999999,)"), shape{~std::uint64_t{0}});
}

TEST(npy_header, what_is_no_such_dict) {
  const std::string descr = "'descr': '<f4'";
  const std::string order = "'fortran_order': False";
  const std::string dims = "'shape': (2,)";
  const std::string good = "{" + descr + ", " + order + ", " + dims;
  EXPECT_EQ(objection(good + "}"), "");
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "'{' is expected at its byte 0"},
      {"{", "a key in quotes is expected at its byte 1"},
      {"{}", "it lacks 'descr'"},
      {"{,}", "a key in quotes"},
      {good, "'}' is expected at its byte 54"},
      {good + "} x", "nothing more is expected at its byte 56"},
      {good + "}" + std::string(1, '\0'), "nothing more"},
      {good + ",,}", "a key in quotes"},
      {good + ", " + dims + "}", "it has 'shape' twice"},
      {good + ", " + descr + "}", "it has 'descr' twice"},
      {good + ", " + order + "}", "it has 'fortran_order' twice"},
      {good + ", 'color': 1}", "it has a key 'color'; allowed: 'descr', 'fortran_order', 'shape'"},
      {good + ", 1: 2}", "a key in quotes"},
      {"{" + descr + ", " + order + "}", "it lacks 'shape'"},
      {"{" + descr + ", " + dims + "}", "it lacks 'fortran_order'"},
      {"{" + order + ", " + dims + "}", "it lacks 'descr'"},
      {"{" + descr + " " + order + ", " + dims + "}", "'}' is expected"},
      {"{'descr' '<f4'}", "':' is expected"},
      {"{'descr': <f4}", "a dtype in quotes"},
      {"{'descr': 4}", "a dtype in quotes"},
      {"{'descr': '<f4}", "a dtype in quotes"},
      {"{'descr': '<f4\"}", "a dtype in quotes"},
      {"{'descr': '<\\x664'}", "a dtype in quotes"},
      {"{'fortran_order': 0}", "True or False"},
      {"{'fortran_order': true}", "True or False"},
      {"{'fortran_order': 'False'}", "True or False"},
      {"{'fortran_order': Falsehood}", "'}' is expected"},
      {"{'shape': 2}", "'(' is expected"},
      {"{'shape': [2]}", "'(' is expected"},
      {"{'shape': (2)}", "',' is expected"},
      {"{'shape': (,)}", "a whole number"},
      {"{'shape': (2,,)}", "a whole number"},
      {"{'shape': (2, 3}", "')' is expected"},
      {"{'shape': (2 3)}", "',' is expected"},
      {"{'shape': (-2,)}", "a whole number"},
      {"{'shape': (+2,)}", "a whole number"},
      {"{'shape': (02,)}", "a whole number"},
      {"{'shape': (2.0,)}", "',' is expected"},
      {"{'shape': (2L,)}", "',' is expected"},
      {"{'shape': (0x2,)}", "',' is expected"},
      {"{'shape': (", "a whole number"}};
  for (const auto& [text, reason] : wrong) {
    const std::string line = objection(text);
    EXPECT_TRUE(line.starts_with("the header is not the dict that NumPy writes: ")) << text << line;
    EXPECT_NE(line.find(reason), std::string::npos) << text << ": " << line;
  }
}

TEST(npy_header, a_type_with_fields_is_named_so) {
  const std::string line =
      objection("{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,)}");
  EXPECT_NE(line.find("a structured dtype"), std::string::npos) << line;
}

TEST(npy_header, foreign_text_is_made_fit_for_a_line) {
  EXPECT_EQ(in_quotes("<f4"), "'<f4'");
  EXPECT_EQ(in_quotes("a\nb\x1b[31m\xff"), "'a?b?[31m?'");
  EXPECT_EQ(in_quotes(std::string(1000, 'x')), "'" + std::string(40, 'x') + "...'");
  EXPECT_EQ(in_quotes(""), "''");
}

}  // namespace
}  // namespace permdelta::testing

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "run/read.hpp"
#include "tests/run/read_support.hpp"

namespace permdelta::test {
namespace {

constexpr std::string_view small = R"({
  "context": {"date": "today", "caches": [{"level": 1}], "ok": true},
  "benchmarks": [
    {
      "name": "sum/exact/fp32/normal/n:2",
      "label": "\u00e9 \"é\"",
      "time_unit": "ns",
      "real_time": -1.5e+1,
      "skipped": false,
      "x": null
    },
    {"name": "b", "y": NaN}
  ]
})";

TEST(read_broken, cut_off_anywhere) {
  ASSERT_EQ(refusal(small), "");
  for (std::size_t size = 0; size < small.size(); ++size)
    EXPECT_NE(refusal(small.substr(0, size)), "") << "cut off after " << size << " bytes";
  EXPECT_EQ(refusal(std::string(small).append(" \n\t")), "");
}

TEST(read_broken, one_byte_other_than_it_was) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < small.size(); ++at)
    for (const char c :
         {'\0', '\n', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'N', '\xFF'}) {
      std::string text(small);
      text[at] = c;
      refused += refusal(text).empty() ? 0U : 1U;
    }
  EXPECT_GT(refused, small.size() * 7);
}

// What the line says of the position, and why.
void expect_refused(std::string_view text, int line, std::string_view why) {
  const std::string got = refusal(text);
  const std::string position = "'some/run.json': line " + std::to_string(line) + ", column ";
  EXPECT_TRUE(got.starts_with(position)) << got << "\nof " << text.substr(0, 200);
  EXPECT_NE(got.find(why), std::string::npos) << got << "\nof " << text.substr(0, 200);
}

TEST(read_broken, another_document) {
  expect_refused("[]", 1, "the file is an array");
  expect_refused("\n\n3", 3, "the file is a single value");
  expect_refused("\"benchmarks\"", 1, "the file is a single value");
  expect_refused("NaN", 1, "the file is a single value");
  expect_refused("{}", 1, "no 'benchmarks'");
  expect_refused("{\n\"context\": {}\n}\n", 3, "no 'benchmarks'");
  expect_refused("{\"Benchmarks\": [],\n\"x\": {\"benchmarks\": []}}", 2, "no 'benchmarks'");
  expect_refused("{\"benchmarks\": []}\n{\"benchmarks\": []}", 2, "end of input");
  expect_refused("name,iterations\n", 1, "syntax error");
  expect_refused("\n  \n", 2, "end of input");
}

TEST(read_broken, fields_of_another_type) {
  const auto expect_field = [](const std::string& field, const std::string& value,
                               const std::string& got, const std::string& allowed) {
    expect_refused("{\"benchmarks\": [\n{\"label\": \"\",\n\"" + field + "\":\n" + value + "}]}", 4,
                   "'" + field + "' is " + got + "; allowed: " + allowed);
  };
  const std::pair<const char*, const char*> array{"[1]", "an array"};
  const std::pair<const char*, const char*> object{"{\"a\": 1}", "an object"};
  for (const char* field : {"name", "run_name", "run_type", "aggregate_name", "time_unit",
                            "error_message", "skip_message"})
    for (const auto& [value, got] : {std::pair{"1", "a number"},
                                     {"1.5", "a number"},
                                     {"true", "true"},
                                     {"null", "null"},
                                     array,
                                     object})
      expect_field(field, value, got, "text");
  for (const char* field : {"real_time", "cpu_time", "iterations"})
    for (const auto& [value, got] : {std::pair{"\"1\"", "text"}, {"false", "false"}, array, object})
      expect_field(field, value, got, "a number");
  for (const char* field : {"error_occurred", "skipped"})
    for (const auto& [value, got] :
         {std::pair{"\"true\"", "text"}, {"1", "a number"}, array, object})
      expect_field(field, value, got, "true or false");

  expect_refused("{\"benchmarks\":\n{}}", 2, "'benchmarks' is an object; allowed: an array");
  expect_refused("{\"benchmarks\":\n3}", 2, "'benchmarks' is a single value; allowed: an array");
  expect_refused("{\"benchmarks\":\nnull}", 2, "'benchmarks' is a single value");
  expect_refused("{\"benchmarks\":[\n[]]}", 2, "an array among the benchmarks");
  expect_refused("{\"benchmarks\":[{\"name\": \"a\"},\n\"b\"]}", 2, "a single value among");
  expect_refused("{\"context\":\n[]}", 2, "'context' is an array; allowed: an object");
  expect_refused("{\"context\":\n\"\"}", 2, "'context' is a single value; allowed: an object");
}

TEST(read_broken, rows_without_a_name_or_with_another_unit) {
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\"},\n{\"cpu_time\": 1}]}", 3, "no 'name'");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"\"}]}", 2, "no 'name'");
  expect_refused("{\"benchmarks\": [{}]}", 1, "no 'name'");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", \"time_unit\": \"min\"}]}", 2,
                 "'time_unit' is 'min'; allowed: ns, us, ms, s");
}

TEST(read_broken, names_that_are_there_twice) {
  expect_refused("{\"benchmarks\": [],\n\"benchmarks\": []}", 2, "'benchmarks' is there twice");
  expect_refused("{\"context\": {},\n\n\"context\": {}}", 3, "'context' is there twice");
  expect_refused("{\"a\": 1,\n\"a\": 1, \"benchmarks\": []}", 2, "'a' is there twice");
  expect_refused("{\"context\": {\"a\": 1,\n\"a\": 1}, \"benchmarks\": []}", 2,
                 "'a' is there twice");
  expect_refused("{\"context\": {\"c\": [{\"a\": 1,\n\"a\": 1}]}, \"benchmarks\": []}", 2,
                 "'a' is there twice");
  for (const char* field : {"name", "cpu_time", "label", "threads", "max_perm_delta", "x"}) {
    const std::string one = std::string("\"") + field + "\": ";
    const std::string value =
        std::string_view("name label").find(field) != std::string::npos ? "\"v\"" : "1";
    expect_refused("{\"benchmarks\": [{" + one + value + ",\n" + one + value + "}]}", 2,
                   std::string("'") + field + "' is there twice");
  }
  // Spelled differently, it is the same name; in another object, it is another one.
  expect_refused("{\"benchmarks\": [{\"x\": 1,\n\"\\u0078\": 1}]}", 2, "'x' is there twice");
  EXPECT_EQ(refusal(R"({"context": {"a": {"a": 1}, "b": {"a": 1}},
                        "benchmarks": [{"name": "a", "x": 1}, {"name": "b", "x": 1}]})"),
            "");
  // A line stays a line, whatever the name is.
  expect_refused("{\"benchmarks\": [{\"x\\n\": 1,\n\"x\\n\": 1}]}", 2, "is there twice");
  expect_refused("{\"" + std::string(5000, 'x') + "\": 1,\n\"" + std::string(5000, 'x') + "\": 1}",
                 2, "'xxx");
}

TEST(read_broken, not_json) {
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\",}]}", 2, "syntax error");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\"}\n{\"name\": \"b\"}]}", 3, "syntax error");
  expect_refused("{'benchmarks': []}", 1, "syntax error");
  expect_refused("{\"benchmarks\": [] // none\n}", 1, "syntax error");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\nb\"}]}", 2, "syntax error");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"\xFF\"}]}", 2, "UTF-8");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"\xC3\"}]}", 2, "UTF-8");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"\xED\xA0\x80\"}]}", 2, "UTF-8");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"\\ud800\"}]}", 2, "surrogate");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", \"x\":\n1e999}]}", 3,
                 ": number overflow parsing '1e999'");
  expect_refused("{\"context\": {\"x\":\n-1e999}, \"benchmarks\": []}", 2,
                 ": number overflow parsing '-1e999'");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", \"x\": 01}]}", 2, "syntax error");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", \"x\": +1}]}", 2, "syntax error");
  // Not the library's spelling.
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", \"x\": nan}]}", 2, "na'");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", \"x\": NaNs}]}", 2, "N'");
  expect_refused("{\"benchmarks\": [\n{\"name\": \"a\", NaN: 1}]}", 2, "syntax error");
}

// The library's bare NaN moves no position behind it.
TEST(read_broken, after_a_bare_nan) {
  EXPECT_EQ(refusal("{\"benchmarks\": [{\"name\": \"a\", \"x\": -Infinity, \"y\": NaN, \"z\": "
                    "1,\n\"z\": 1}]}"),
            "'some/run.json': line 2, column 3: 'z' is there twice");
  EXPECT_EQ(
      refusal("{\"benchmarks\": [{\"name\": \"a\", \"x\": 1.5, \"y\": NaN, \"z\": 1, \"z\": 1}]}"),
      refusal("{\"benchmarks\": [{\"name\": \"a\", \"x\": 1.5, \"y\": 1e1, \"z\": 1, \"z\": 1}]}"));
}

// After the document too, where some parsers no longer look.
TEST(read_broken, zero_bytes) {
  const std::string_view good = "{\n\"benchmarks\": []}";
  ASSERT_EQ(refusal(good), "");
  for (std::size_t at = 0; at <= good.size(); ++at) {
    std::string text(good);
    text.insert(at, 1, '\0');
    expect_refused(text, at < 2 ? 1 : 2, "");
  }
}

TEST(read_broken, nested_deeply) {
  constexpr std::size_t depth = 100000;
  const std::string arrays = std::string(depth, '[') + std::string(depth, ']');
  std::string objects;
  for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
  objects += "1" + std::string(depth, '}');
  for (const std::string& deep : {arrays, objects}) {
    expect_refused(deep, 1, "");
    expect_refused("{\"benchmarks\":" + deep + "}", 1, "");
    expect_refused("{\"benchmarks\":[" + deep + "]}", 1, "");
    expect_refused("{\"benchmarks\":[{\"name\":" + deep + "}]}", 1, "'name' is a");
    // Whoever walks through the context recurses.
    expect_refused("{\"context\": {\n\"a\":" + deep + "}, \"benchmarks\":[]}", 2, "nested");
    EXPECT_EQ(
        refusal("{\"other\":" + deep + ", \"benchmarks\":[{\"name\":\"a\",\"x\":" + deep + "}]}"),
        "");
    expect_refused("{\"other\":" + deep.substr(0, depth), 1, "");
  }
}

std::string file_refusal(const std::string& path) {
  try {
    (void)read_run(path);
  } catch (const run_error& error) {
    return error.what();
  }
  return "read";
}

TEST(read_broken, files_that_are_none) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::path(testing::TempDir()) / ("permdelta_read_" + std::to_string(::getpid()));
  fs::create_directory(folder);
  const std::string path = folder / "run.json";
  EXPECT_EQ(file_refusal(folder), "'" + folder.string() + "': cannot read it: Is a directory");
  EXPECT_EQ(file_refusal(path), "'" + path + "': cannot read it: No such file or directory");
  EXPECT_EQ(file_refusal(path + "/x"),
            "'" + path + "/x': cannot read it: No such file or directory");
  EXPECT_EQ(file_refusal(""), "'': cannot read it: No such file or directory");
  std::ofstream(path) << "";
  EXPECT_TRUE(file_refusal(path).starts_with("'" + path + "': it is empty")) << file_refusal(path);
  std::ofstream(path) << small.substr(0, 100);
  EXPECT_TRUE(file_refusal(path).starts_with("'" + path + "': line 5, column "))
      << file_refusal(path);
  std::ofstream(path) << small;
  EXPECT_EQ(file_refusal(path), "read");
  EXPECT_EQ(read_run(path).rows.size(), 2U);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace permdelta::test

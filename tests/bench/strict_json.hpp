#pragma once

/// Two opinions on whether a text is JSON as the standard has it: nlohmann's and Python's.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace permdelta::testing {

using json = nlohmann::ordered_json;

/// Throws on NaN and infinities (the parser's own rule), and on a key that comes twice.
inline json parse_strictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;
  return json::parse(text, [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      throw std::runtime_error("key twice: " + value.get<std::string>());
    return true;
  });
}

/// The same rules by a parser that is somebody else's.
inline bool python_accepts(const std::string& text) {
  const std::string stem = ::testing::TempDir() + "permdelta_" + std::to_string(::getpid());
  std::ofstream(stem + ".json", std::ios::binary) << text;
  std::ofstream(stem + ".py") << R"(
import json, sys
def refuse(what): raise ValueError(what)
def unique(pairs): return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse(pairs)
json.load(open(sys.argv[1], encoding='utf-8'), parse_constant=refuse, object_pairs_hook=unique)
)";
  const std::string command = "python3 '" + stem + ".py' '" + stem +
                              ".json' 2> /dev/null; code=$?; rm '" + stem + ".py' '" + stem +
                              ".json'; exit $code";
  return std::system(command.c_str()) == 0;
}

/// Parsed, after both had their say.
inline json expect_strict(const std::string& text) {
  EXPECT_TRUE(python_accepts(text)) << text;
  return parse_strictly(text);
}

}  // namespace permdelta::testing

#include "common/name_filter.hpp"

#include <regex>

#include "common/usage_error.hpp"

namespace permdelta {

name_filter::name_filter(std::string_view flag, std::string text) {
  if (text.empty() || text == "all") text = ".";
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  try {
    keeps_ = [expression = std::regex(text, std::regex::extended),
              negative](const std::string& name) {
      return std::regex_search(name, expression) != negative;
    };
  } catch (const std::regex_error& error) {
    throw usage_error(std::string(flag) + ": '" + text +
                      "' is no POSIX extended regular expression: " + error.what());
  }
}

}  // namespace permdelta

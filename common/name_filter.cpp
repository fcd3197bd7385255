#include "common/name_filter.hpp"

#include "common/usage_error.hpp"

namespace permdelta {

name_filter::name_filter(std::string_view flag, std::string text) {
  if (text.empty() || text == "all") text = ".";
  negative_ = text.starts_with('-');
  if (negative_) text.erase(0, 1);
  try {
    expression_.assign(text, std::regex::extended);
  } catch (const std::regex_error& error) {
    throw usage_error(std::string(flag) + ": '" + text +
                      "' is no POSIX extended regular expression: " + error.what());
  }
}

bool name_filter::keeps(const std::string& name) const {
  return std::regex_search(name, expression_) != negative_;
}

}  // namespace permdelta

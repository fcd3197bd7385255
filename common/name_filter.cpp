#include "common/name_filter.hpp"

#include <regex.h>

#include <memory>

#include "common/usage_error.hpp"

namespace permdelta {
namespace {

struct expression {
  explicit expression(const std::string& text)
      : error(regcomp(&compiled, text.c_str(), REG_EXTENDED | REG_NOSUB)) {}
  ~expression() {
    if (error == 0) regfree(&compiled);
  }
  expression(const expression&) = delete;
  expression& operator=(const expression&) = delete;

  regex_t compiled = {};
  int error;
};

}  // namespace

name_filter::name_filter(std::string_view flag, std::string text) {
  if (text.empty() || text == "all") text = ".";
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  const auto wanted = std::make_shared<const expression>(text);
  if (wanted->error != 0) {
    char why[128];
    regerror(wanted->error, &wanted->compiled, why, sizeof why);
    throw usage_error(std::string(flag) + ": '" + text +
                      "' is not a POSIX extended regular expression: " + why);
  }
  keeps_ = [wanted, negative](const std::string& name) {
    return (regexec(&wanted->compiled, name.c_str(), 0, nullptr, 0) == 0) != negative;
  };
}

}  // namespace permdelta

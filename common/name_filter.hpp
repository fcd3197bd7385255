#pragma once

/// Which names are meant, in the dialect of `--benchmark_filter`.

#include <regex>
#include <string>
#include <string_view>

namespace permdelta {

/// A POSIX extended expression that is found anywhere in a name; a leading `-` keeps what does not
/// match, and nothing at all, or `all`, keeps everything.
class name_filter {
 public:
  /// Throws usage_error, in the name of `flag`, if it is no such expression.
  name_filter(std::string_view flag, std::string text);

  [[nodiscard]] bool keeps(const std::string& name) const;

 private:
  std::regex expression_;
  bool negative_ = false;
};

}  // namespace permdelta

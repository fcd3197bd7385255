#pragma once

/// Which names are meant, in the dialect of `--benchmark_filter`.

#include <functional>
#include <string>
#include <string_view>

namespace permdelta {

/// A POSIX extended expression that is found anywhere in a name; a leading `-` keeps what does not
/// match, and nothing at all, or `all`, keeps everything.
class name_filter {
 public:
  /// Throws usage_error, in the name of `flag`, if it is no such expression.
  name_filter(std::string_view flag, std::string text);

  [[nodiscard]] bool keeps(const std::string& name) const { return keeps_(name); }

 private:
  std::function<bool(const std::string&)> keeps_;
};

}  // namespace permdelta

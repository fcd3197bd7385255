#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>

namespace permdelta {

/// Keeps apart what has been made to look alike: `cache misses` and `cache.misses`, which are both
/// `cache_misses` where blanks and points can't be, become `cache_misses` and `cache_misses_2`.
class unique_names {
 public:
  unique_names() = default;
  explicit unique_names(std::initializer_list<std::string_view> taken) {
    for (const std::string_view each : taken) taken_.emplace(each);
  }

  /// The name, with a number behind it if it is taken already; then that is taken.
  [[nodiscard]] std::string take(const std::string& name) {
    std::string free = name;
    for (int i = 2; !taken_.insert(free).second; ++i) free = name + '_' + std::to_string(i);
    return free;
  }

  [[nodiscard]] bool is_taken(const std::string& name) const { return taken_.contains(name); }

 private:
  std::unordered_set<std::string> taken_;
};

}  // namespace permdelta

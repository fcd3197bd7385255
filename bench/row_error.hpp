#pragma once

#include <stdexcept>
#include <string>

namespace permdelta {

/// Why a row has no counters, in words that need no others before them.
class row_error : public std::runtime_error {
 public:
  /// `wrong`: somebody's code is to blame, rather than what it was given.
  row_error(const std::string& problem, bool wrong) : std::runtime_error(problem), wrong_(wrong) {}

  [[nodiscard]] bool wrong() const noexcept { return wrong_; }

 private:
  bool wrong_;
};

}  // namespace permdelta

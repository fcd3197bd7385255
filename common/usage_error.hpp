#pragma once

#include <stdexcept>

namespace permdelta {

/// Something on the command line or in the environment is wrong; what() is one line that says what,
/// where and what is allowed.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace permdelta

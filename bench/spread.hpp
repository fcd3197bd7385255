#pragma once

/// How far several results of one computation lie apart.

#include <cstddef>
#include <span>
#include <vector>

namespace permdelta {

class spread {
 public:
  /// One more result, of as many outputs as the others. Throws row_error if an output is not
  /// finite; `what` says whose it is.
  void see(std::span<const double> y, const char* what);

  /// The largest difference that any output has between two of the results; 0 of none.
  [[nodiscard]] double largest() const noexcept;

 private:
  struct range {
    double low;
    double high;
  };
  std::vector<range> outputs_;
};

}  // namespace permdelta

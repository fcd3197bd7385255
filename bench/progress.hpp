#pragma once

/// The line on the terminal that says how far a run is: rows done, rows to do, time left. Nothing
/// where stderr is no terminal.

#include <chrono>
#include <cstddef>

namespace permdelta {

class progress {
 public:
  /// `enabled` false: stay silent whatever stderr is.
  progress(std::size_t rows, bool enabled);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// A row that was not run before begins.
  void row_begins();

  /// Makes room for other output, and comes back after it.
  void erase();
  void draw();

 private:
  std::size_t rows_;
  std::size_t begun_ = 0;
  bool enabled_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace permdelta

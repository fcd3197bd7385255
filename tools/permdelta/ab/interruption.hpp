#pragma once

/// Ctrl-C, which ends an experiment with what is known by then.

#include <signal.h>

#include <chrono>

namespace permdelta {

/// Thrown by a wait that SIGINT or SIGTERM ends.
struct interrupted {};

/// While there is one, SIGINT and SIGTERM end waits and nothing else: they are blocked but there,
/// so that none comes unseen between a question and its wait. A second signal ends the process.
class interruption {
 public:
  interruption();
  ~interruption();
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;

  /// Whether a signal came, of this or an earlier one.
  [[nodiscard]] static bool happened() noexcept;

 private:
  sigset_t mask_before_{};
  struct sigaction actions_before_[2]{};
};

/// Waits until there is something to read from the descriptor; false if there is nothing by the
/// deadline. Throws `interrupted`, and std::system_error.
[[nodiscard]] bool wait_readable(int descriptor, std::chrono::steady_clock::time_point deadline);

}  // namespace permdelta

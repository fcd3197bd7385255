#pragma once

/// Ctrl-C, which ends an experiment with what is known by then.

#include <signal.h>

#include <chrono>

namespace permdelta {

inline constexpr int ending_signals = 4;

/// Thrown by a wait that a signal ends.
struct interrupted {};

/// While there is one, SIGINT, SIGTERM, SIGHUP and SIGQUIT end waits and nothing else: they are
/// blocked except during waits, so that none is missed between a question and its wait. The same
/// signal a second time during a wait ends the process.
class interruption {
 public:
  interruption();
  ~interruption();
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;

  /// Whether a signal has come, during this or an earlier interruption.
  [[nodiscard]] static bool happened() noexcept;

 private:
  sigset_t mask_before_{};
  struct sigaction actions_before_[ending_signals] {};
};

/// Waits until there is something to read from the descriptor; false if there is nothing by the
/// deadline. Throws `interrupted`, and std::system_error.
[[nodiscard]] bool wait_readable(int descriptor, std::chrono::steady_clock::time_point deadline);

}  // namespace permdelta

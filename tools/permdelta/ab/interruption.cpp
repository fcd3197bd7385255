#include "tools/permdelta/ab/interruption.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace permdelta {
namespace {

constexpr int endings[ending_signals] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

volatile std::sig_atomic_t signalled = 0;
const sigset_t* mask_of_waits = nullptr;  // where signals are blocked outside of them

}  // namespace

interruption::interruption() {
  struct sigaction action {};
  action.sa_handler = [](int) { signalled = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigset_t blocked;
  sigemptyset(&blocked);
  for (int i = 0; i < ending_signals; ++i) {
    sigaction(endings[i], nullptr, &actions_before_[i]);
    if (actions_before_[i].sa_handler == SIG_IGN) continue;  // by nohup
    sigaction(endings[i], &action, nullptr);
    sigaddset(&blocked, endings[i]);
  }
  sigprocmask(SIG_BLOCK, &blocked, &mask_before_);
  mask_of_waits = &mask_before_;
}

interruption::~interruption() {
  mask_of_waits = nullptr;
  // A second signal that has come meanwhile is dropped: what is known is still to be written.
  for (const int each : endings) signal(each, SIG_IGN);
  sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  for (int i = 0; i < ending_signals; ++i) sigaction(endings[i], &actions_before_[i], nullptr);
}

bool interruption::happened() noexcept {
  return signalled != 0;
}

bool wait_readable(int descriptor, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::max(deadline - std::chrono::steady_clock::now(),
                               std::chrono::steady_clock::duration{0});
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{whole.count(), std::chrono::nanoseconds(left - whole).count()};
    pollfd watched{descriptor, POLLIN, 0};
    const int ready = ppoll(&watched, 1, &limit, mask_of_waits);
    if (interruption::happened()) throw interrupted();
    if (ready == 0) return false;
    if (ready > 0) return true;
    if (errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "a program could not be awaited");
  }
}

}  // namespace permdelta

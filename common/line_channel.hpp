#pragma once

/// Lines of text between two processes, over a socket.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace permdelta {

/// The other side did not answer in time.
class channel_timeout : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One end of a connected stream socket, which it closes. Errors other than those named below are
/// std::system_error.
class line_channel {
 public:
  explicit line_channel(int descriptor) noexcept : descriptor_(descriptor) {}
  ~line_channel();
  line_channel(const line_channel&) = delete;
  line_channel& operator=(const line_channel&) = delete;

  /// Sends a line, which must not contain a newline; false if the other side has closed.
  bool send(std::string_view line);

  /// The next line without its newline; nullopt if the other side has closed. A signal that
  /// interrupts the wait is std::errc::interrupted. Throws channel_timeout after `limit`; without
  /// one it waits as long as it takes, through signals too.
  [[nodiscard]] std::optional<std::string> receive(
      std::optional<std::chrono::milliseconds> limit = {});

 private:
  int descriptor_;
  std::string unread_;
};

}  // namespace permdelta

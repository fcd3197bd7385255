#pragma once

/// Lines of text between two processes, over a socket.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace permdelta {

/// One end of a connected stream socket, which it closes. Errors other than those named below are
/// std::system_error.
class line_channel {
 public:
  /// Returns when there is something to read from the descriptor, or throws.
  using waiter = std::function<void(int descriptor)>;

  explicit line_channel(int descriptor) noexcept : descriptor_(descriptor) {}
  ~line_channel();
  line_channel(const line_channel&) = delete;
  line_channel& operator=(const line_channel&) = delete;

  /// Sends a line, which must not contain a newline; false if the other side has closed.
  bool send(std::string_view line);

  /// The next line without its newline; nullopt if the other side has closed. `wait` is called
  /// before each read, and what it throws passes through; without it the read waits, through
  /// signals too. Throws std::length_error at a line of more than 16 MiB.
  [[nodiscard]] std::optional<std::string> receive(const waiter& wait = {});

 private:
  int descriptor_;
  std::string unread_;
};

}  // namespace permdelta

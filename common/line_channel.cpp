#include "common/line_channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace permdelta {
namespace {

constexpr std::size_t longest = std::size_t{1} << 24;  // bytes of a line

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

line_channel::~line_channel() {
  close(descriptor_);
}

bool line_channel::send(std::string_view line) {
  std::string text(line);
  text += '\n';
  for (std::size_t sent = 0; sent < text.size();) {
    // A closed socket is an error here, not a signal.
    const ssize_t count = ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count >= 0)
      sent += static_cast<std::size_t>(count);
    else if (errno == EPIPE || errno == ECONNRESET)
      return false;
    else if (errno != EINTR)
      fail("a request could not be sent");
  }
  return true;
}

std::optional<std::string> line_channel::receive(const waiter& wait) {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (unread_.size() > longest) throw std::length_error("a line without an end");
    if (wait) wait(descriptor_);
    std::array<char, 4096> bytes{};
    const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) return std::nullopt;
    if (count > 0)
      unread_.append(bytes.data(), static_cast<std::size_t>(count));
    else if (errno != EINTR)
      fail("a reply could not be read");
  }
}

}  // namespace permdelta

#include "tools/permdelta/ab/worker_process.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "run/worker_protocol.hpp"
#include "tools/permdelta/ab/interruption.hpp"

namespace permdelta {
namespace {

using std::chrono::seconds;

constexpr seconds patience{5};  // with a program that has closed its socket

template <class Number>
Number number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw program_error("'" + std::string(text) + "' is not a number");
  return value;
}

// The text up to the next space, which is taken away.
std::string word_of(std::string& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  std::string word = text.substr(0, end);
  text.erase(0, std::min(end + 1, text.size()));
  return word;
}

}  // namespace

worker_process::worker_process(const std::string& program,
                               const std::vector<std::string>& arguments,
                               const std::vector<int>& processors, seconds timeout)
    : program_(program), timeout_(timeout) {
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "no socket for '" + program + "'");
  channel_.emplace(sockets[0]);
  std::optional<line_channel> its_end(sockets[1]);
  // Threads that spin between parallel regions would take the other program's processors.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  child_request request{{program, "--worker=" + std::to_string(sockets[1])}, processors};
  request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
  request.inherited = {sockets[1]};
  child_.emplace(request);
  its_end.reset();  // with the child's it closes
  if (const std::string said = receive(); said != worker_protocol::greeting)
    throw program_error("'" + program + "' says '" + said + "' instead of '" +
                        std::string(worker_protocol::greeting) + "'");
}

std::string worker_process::receive() {
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  const auto wait = [&](int descriptor) {
    if (!wait_readable(descriptor, deadline))
      throw program_error("'" + program_ + "' has not answered for " +
                          std::to_string(timeout_.count()) + " s");
  };
  try {
    if (auto line = channel_->receive(wait)) return *std::move(line);
  } catch (const std::length_error& error) {
    throw program_error("'" + program_ + "' says " + error.what());
  }
  const std::string ending = child_->ending(patience);
  throw program_error("'" + program_ + "' " + (ending.empty() ? "ended with exit code 0" : ending));
}

std::string worker_process::ask(const std::string& request) {
  channel_->send(request);  // if it has closed, there is nothing to receive
  std::string line = receive();
  if (line.starts_with("error ")) throw case_error(line.substr(6));
  return line;
}

template <class Take>
void worker_process::ask_for_lines(const std::string& request, const char* verb, Take take) {
  for (std::string line = ask(request); line != "end"; line = receive()) {
    const std::string whole = line;
    if (word_of(line) != verb) not_understood(whole);
    take(line);
  }
}

void worker_process::not_understood(const std::string& line) const {
  throw program_error("'" + program_ + "' says '" + line + "', which is not understood");
}

std::vector<program_case> worker_process::list() {
  std::vector<program_case> cases;
  ask_for_lines("list", "case", [&](std::string& line) {
    const auto workers = number_in<std::size_t>(word_of(line));
    cases.push_back({line, cases.size(), workers});
  });
  return cases;
}

std::vector<std::pair<std::string, std::string>> worker_process::context() {
  std::vector<std::pair<std::string, std::string>> entries;
  ask_for_lines("context", "context", [&](std::string& line) {
    std::string key = word_of(line);
    entries.emplace_back(std::move(key), line);
  });
  return entries;
}

named_values worker_process::judge(const program_case& which) {
  named_values counters;
  ask_for_lines("judge " + std::to_string(which.number), "counter", [&](std::string& line) {
    std::string name = word_of(line);
    counters.emplace_back(std::move(name), number_in<double>(line));
  });
  return counters;
}

void worker_process::prepare(const program_case& which) {
  if (const std::string line = ask("prepare " + std::to_string(which.number)); line != "ready")
    not_understood(line);
}

batch_times worker_process::run(std::size_t iterations, std::size_t x, std::size_t y) {
  std::string line =
      ask("run " + std::to_string(iterations) + ' ' + std::to_string(x) + ' ' + std::to_string(y));
  const std::string whole = line;
  if (word_of(line) != "times") not_understood(whole);
  const auto first = number_in<double>(word_of(line));
  const auto cpu = number_in<double>(word_of(line));
  return {first, cpu, number_in<double>(line), static_cast<double>(iterations)};
}

}  // namespace permdelta

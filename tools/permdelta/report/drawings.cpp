#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/json_writer.hpp"
#include "common/usage_error.hpp"
#include "tools/permdelta/report/assets.hpp"
#include "tools/permdelta/report/page.hpp"
#include "tools/permdelta/report/script.hpp"

namespace permdelta {
namespace {

[[noreturn]] void fail(const char* what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

// The vendored files take `exports`, where they see any, for a module's; here they are to do as in
// a page, where each leaves a global variable.
std::string script_of(const page_request& request) {
  std::string script = "\"use strict\";\n";
  for (const char* name : {"vendor/vega.min.js", "vendor/vega-lite.min.js"})
    script.append("(function (exports, module, define) {\n")
        .append(asset_text(name))
        .append("\n}).call(globalThis);\n");
  script.append(joined_scripts(chart_scripts));
  // As a text: in a literal object `__proto__` would be no name but the prototype.
  json_writer quoted;
  quoted.value(harmless(page_data(request)));
  script.append("const encodedReport = ").append(harmless(quoted.take()));
  script.append(";\nconst templates = ").append(harmless(chart_templates())).append(";\n");
  script.append(asset_text("draw.js"));
  return script;
}

class descriptor {
 public:
  explicit descriptor(int number) noexcept : number_(number) {}
  ~descriptor() { reset(); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }
  void reset() noexcept {
    if (number_ >= 0) close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

using unique_file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

unique_file temporary_with(const std::string& text) {
  unique_file file(std::tmpfile(), &std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0)
    fail("a temporary file", errno);
  std::rewind(file.get());
  return file;
}

std::string all_of(const descriptor& pipe) {
  std::string text;
  std::array<char, 1 << 16> part{};
  for (;;) {
    const ssize_t count = read(pipe.number(), part.data(), part.size());
    if (count == 0) return text;
    if (count > 0)
      text.append(part.data(), static_cast<std::size_t>(count));
    else if (errno != EINTR)
      fail("node", errno);
  }
}

pid_t start_node(int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  std::string program = "node";
  std::string dash = "-";
  std::array<char*, 3> arguments{program.data(), dash.data(), nullptr};
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    throw usage_error("--format=svg: the charts are drawn by Node.js, and there is no 'node' here");
  if (error != 0) fail("node", error);
  return child;
}

// What Node.js says of a script that it reads from its standard input.
std::string output_of(const std::string& script) {
  const unique_file input = temporary_with(script);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("a pipe", errno);
  const descriptor output(ends[0]);
  descriptor theirs(ends[1]);
  const pid_t child = start_node(fileno(input.get()), theirs.number());
  theirs.reset();
  std::string text = all_of(output);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("node", errno);
  if (status != 0)
    throw std::runtime_error("node could not draw the charts; what it says is above");
  return text;
}

}  // namespace

std::vector<drawing> drawings(const page_request& request) {
  const std::string drawn = output_of(script_of(request));
  std::vector<drawing> all;
  // A name and a text, a zero behind each.
  for (std::size_t at = 0; at < drawn.size();) {
    const std::size_t middle = drawn.find('\0', at);
    const std::size_t end = middle == std::string::npos ? middle : drawn.find('\0', middle + 1);
    if (end == std::string::npos) throw std::runtime_error("node's output ends within a chart");
    const std::string name = drawn.substr(at, middle - at);
    std::string text = drawn.substr(middle + 1, end - middle - 1);
    at = end + 1;
    if (name == "error") throw usage_error("--view: " + text);
    // It becomes a file's name.
    if (!std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; }))
      throw std::runtime_error("node drew '" + name + "', which is not a chart");
    all.push_back({name, std::move(text)});
  }
  if (all.empty()) throw usage_error("--format=svg: these rows have nothing to draw a chart of");
  return all;
}

}  // namespace permdelta

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

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
  script.append("const encodedReport = ").append(page_data(request).dump()).append(";\n");
  script.append("const templates = ").append(chart_templates().dump()).append(";\n");
  script.append(asset_text("draw.js"));
  return script;
}

using unique_file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// What Node.js says of a script that it reads from its standard input.
std::string output_of(const std::string& script) {
  const unique_file input(std::tmpfile(), &std::fclose);
  if (!input) fail("a temporary file", errno);
  if (std::fwrite(script.data(), 1, script.size(), input.get()) != script.size() ||
      std::fflush(input.get()) != 0)
    fail("a temporary file", errno);
  std::rewind(input.get());

  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) fail("a pipe", errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(input.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  std::string program = "node";
  std::string dash = "-";
  std::array<char*, 3> arguments{program.data(), dash.data(), nullptr};
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const unique_file output(fdopen(ends[0], "r"), &std::fclose);
  if (error == ENOENT)
    throw usage_error("--format=svg: the charts are drawn by Node.js, and there is no 'node' here");
  if (error != 0) fail("node", error);

  std::string text;
  std::array<char, 1 << 16> part{};
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), output.get()))
    text.append(part.data(), count);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("node", errno);
  if (status != 0)
    throw std::runtime_error("node could not draw the charts; what it says is above");
  return text;
}

}  // namespace

std::vector<drawing> drawings(const page_request& request) {
  const auto drawn = nlohmann::ordered_json::parse(output_of(script_of(request)));
  std::vector<drawing> all;
  for (const auto& [name, svg] : drawn.items()) all.push_back({name, svg.get<std::string>()});
  if (all.empty()) throw usage_error("--format=svg: there is no chart to draw of these rows");
  return all;
}

}  // namespace permdelta

#include "common/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <type_traits>

#include "common/usage_error.hpp"

namespace permdelta {
namespace {

/// An argument that may come once or twice is `RUN.json [RUN.json]`; to CLI11 it is `RUN.json(1x)`.
class formatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_option_usage(const CLI::Option* option) const override {
    if (option->get_expected_max() >= CLI::detail::expected_max_vector_size)
      return CLI::Formatter::make_option_usage(option);
    const std::string name = make_option_name(option, true);
    std::string text;
    for (int i = 0; i < option->get_expected_max(); ++i) {
      const bool required = option->get_required() && i < option->get_expected_min();
      text += (i == 0 ? "" : " ") + (required ? name : "[" + name + "]");
    }
    return text;
  }
};

void add(CLI::App& app, const flag& what) {
  CLI::Option* const option = std::visit(
      [&]<class Value>(Value* value) {
        if constexpr (std::is_same_v<Value, bool>)
          return app.add_flag(what.name, *value, what.meaning);
        else
          return app.add_option(what.name, *value, what.meaning);
      },
      what.value);
  if (!what.type.empty()) option->type_name(what.type);
  if (what.rules.required) option->required();
  if (what.rules.shows_default) option->capture_default_str();
  if (what.rules.separator != 0) option->delimiter(what.rules.separator);
  if (!what.rules.excludes.empty()) option->excludes(app.get_option(what.rules.excludes));
  if (!std::holds_alternative<std::vector<std::string>*>(what.value)) return;
  if (what.rules.max_count > 1)
    option->expected(1, what.rules.max_count);
  else
    option->allow_extra_args(false);
}

}  // namespace

std::string process(const command_line& line, std::vector<std::string> arguments) {
  CLI::App app{line.meaning, line.name};
  app.footer(line.footer);
  app.formatter(std::make_shared<formatter>());  // its subcommands have it too
  for (const flag& each : line.flags) add(app, each);
  app.set_version_flag("--version", line.version);
  app.require_subcommand(line.subcommands.empty() ? 0 : 1);
  for (const subcommand& each : line.subcommands) {
    CLI::App& added = *app.add_subcommand(each.name, each.meaning);
    added.footer(each.footer);
    for (const flag& of : each.flags) add(added, of);
  }
  for (const subcommand& each : line.subcommands) {
    const auto mark = std::ranges::find(arguments, "--");
    if (each.rest == nullptr || mark == arguments.end() || arguments.front() != each.name) continue;
    each.rest->assign(mark + 1, arguments.end());
    arguments.erase(mark, arguments.end());
  }
  try {
    std::ranges::reverse(arguments);  // the library takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::CallForVersion&) {
    return app.version() + '\n';
  } catch (const CLI::ParseError& error) {
    if (line.subcommands.empty() || !app.get_subcommands().empty()) throw usage_error(error.what());
    std::string text = "the first argument must be one of the subcommands:";
    for (const subcommand& each : line.subcommands) text += " " + each.name;
    throw usage_error(text);
  }
  for (const subcommand& each : line.subcommands)
    if (app.got_subcommand(each.name)) each.run();
  return {};
}

}  // namespace permdelta

#include "bench/library_flags.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "bench/options.hpp"

namespace permdelta {
namespace {

constexpr std::string_view prefix = "--benchmark_";
constexpr std::string_view default_min_time = "0.05";

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> allowed) {
  return std::ranges::find(allowed, value) != allowed.end();
}

bool is_switch(std::string_view value) {
  return is_one_of(value,
                   {"", "0", "1", "true", "false", "yes", "no", "on", "off", "t", "f", "y", "n"});
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

bool is_duration(std::string_view value) {
  if (value.ends_with('s')) value.remove_suffix(1);
  return number(value).value_or(-1) >= 0;
}

// Google Benchmark 1.7.1 takes seconds without their unit, and no number of iterations; later
// versions complain where the unit is missing. No macro tells them apart, but SkipWithMessage came
// with the same version as the units.
template <class State = benchmark::State>
constexpr bool knows_units() {
  return requires(State & state) {
    state.SkipWithMessage(std::string{});
  };
}

std::string as_min_time(std::string value) {
  if (value.ends_with('x')) return value;
  if (value.ends_with('s')) value.pop_back();
  return knows_units() ? value + "s" : value;
}

bool is_min_time(std::string_view value) {
  if (!knows_units() && value.ends_with('x')) return false;
  if (!value.ends_with('x')) return is_duration(value);
  value.remove_suffix(1);
  return value.find_first_not_of('0') != std::string_view::npos &&
         std::ranges::all_of(value, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_count(std::string_view value) {
  int count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  return error == std::errc{} && end == value.data() + value.size() && count > 0;
}

bool is_format(std::string_view value) {
  return is_one_of(value, {"console", "json", "csv"});
}

struct flag {
  std::string_view name;  // without the prefix
  bool (*accepts)(std::string_view);
  std::string_view allowed;
};

constexpr std::string_view yes_or_no = "true or false";
constexpr std::array checked{
    flag{"list_tests", is_switch, yes_or_no},
    flag{"enable_random_interleaving", is_switch, yes_or_no},
    flag{"report_aggregates_only", is_switch, yes_or_no},
    flag{"display_aggregates_only", is_switch, yes_or_no},
    flag{"counters_tabular", is_switch, yes_or_no},
    flag{"dry_run", is_switch, yes_or_no},
    flag{"min_time", is_min_time,
         knows_units() ? "seconds, 0 or more (0.5), or a number of iterations (10x)"
                       : "seconds, 0 or more (0.5)"},
    flag{"min_warmup_time", is_duration, "seconds, 0 or more"},
    flag{"repetitions", is_count, "a whole number from 1"},
    flag{"format", is_format, "console, json or csv"},
    flag{"out_format", is_format, "console, json or csv"},
    flag{"out", [](std::string_view v) { return !v.empty(); }, "the name of a file"},
    flag{"time_unit",
         [](std::string_view v) {
           return is_one_of(v, {"ns", "us", "ms", "s"});
         },
         "ns, us, ms or s"},
    flag{"color", [](std::string_view v) { return v == "auto" || (!v.empty() && is_switch(v)); },
         "auto, true or false"},
};

output_format to_format(std::string_view value) {
  if (value == "json") return output_format::json;
  return value == "csv" ? output_format::csv : output_format::console;
}

// `k=v,k2=v2`, as the library splits it.
void add_context(std::string_view text, options& options) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view entry = text.substr(0, comma);
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0)
      throw usage_error("--benchmark_context: '" + std::string(entry) +
                        "' is not key=value (several are separated by commas)");
    options.context.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
}

void apply(std::string_view name, std::string value, const std::string& where, options& options) {
  for (const flag& f : checked)
    if (f.name == name && !f.accepts(value))
      throw usage_error(where + ": '" + value + "' is not " + std::string(f.allowed));

  if (name == "filter") {
    options.filter = value;
  } else if (name == "format") {
    options.format = to_format(value);
  } else if (name == "out") {
    options.out = value;
  } else if (name == "out_format") {
    options.out_format = to_format(value);
  } else {
    if (name == "context") add_context(value, options);
    if (name == "list_tests")
      options.list_rows = !is_one_of(value, {"0", "false", "no", "off", "f", "n"});
    if (name == "min_time") value = as_min_time(std::move(value));
    std::string argument{prefix};
    argument.append(name);
    if (!value.empty()) argument.append("=").append(value);
    options.library_arguments.push_back(argument);
  }
}

}  // namespace

bool is_library_flag(const std::string& argument) {
  return argument.starts_with(prefix) || argument.starts_with("--v=");
}

void read_library_flags(const std::vector<std::string>& arguments, options& options) {
  // Ours before the environment's before the command line's: the last one wins.
  apply("min_time", std::string(default_min_time), "the default", options);
  for (const std::string_view name :
       {"filter", "format", "out", "out_format", "context", "list_tests", "min_time",
        "min_warmup_time", "repetitions", "time_unit", "color", "enable_random_interleaving",
        "report_aggregates_only", "display_aggregates_only", "counters_tabular"}) {
    std::string variable = "BENCHMARK_" + std::string(name);
    std::ranges::transform(variable, variable.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (const char* value = std::getenv(variable.c_str()))
      if (name != "out" || *value != 0)
        apply(name, value, "environment variable " + variable, options);
  }
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--v=")) {
      if (const std::string level = argument.substr(4); level != "0" && !is_count(level))
        throw usage_error("--v: '" + level + "' is not a whole number");
      options.library_arguments.push_back(argument);
      continue;
    }
    const auto equals = argument.find('=');
    const std::string name = argument.substr(
        prefix.size(), equals == std::string::npos ? equals : equals - prefix.size());
    if (equals == std::string::npos && is_one_of(name, {"filter", "context"}))
      throw usage_error(argument + ": its value goes with it, as " + argument + "=VALUE");
    apply(name, equals == std::string::npos ? "" : argument.substr(equals + 1),
          "--benchmark_" + name, options);
  }
}

}  // namespace permdelta

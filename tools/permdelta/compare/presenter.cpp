#include "tools/permdelta/compare/presenter.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string_view>

#include "common/one_line.hpp"
#include "common/usage_error.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/open_output.hpp"

namespace permdelta {

template <>
inline constexpr std::array names_of<comparison_format>{
    std::string_view{"text"}, std::string_view{"markdown"}, std::string_view{"csv"},
    std::string_view{"json"}};

namespace {

// `2%` or `0.02`, as a share.
double parse_noise(const std::string& text) {
  const bool percent = text.ends_with('%');
  const char* const stop = text.data() + text.size() - (percent ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), stop, value);
  if (percent) value /= 100;
  if (error != std::errc{} || end != stop || !(value >= 0 && value < 1))
    throw usage_error("--noise: '" + text +
                      "' is not a share from 0 to below 1; allowed: 2%, 0.02");
  return value;
}

}  // namespace

std::vector<flag> presenter_request::flags() {
  return {{"--noise", &noise, "largest change of a time that counts as noise (2%)", "SHARE"},
          {"--fail-on", &gates,
           "exit with 1 if a row does: time>5%, max_perm_delta>0, 'time>2% in "
           "layernorm'; may be repeated",
           "GATE"},
          {"--only-changed", &only_changed,
           "list only rows that are SLOWER, FASTER or DIFFERS, or whose counters changed"},
          {"--format", &format, "text, markdown, csv or json", "FORMAT"},
          {"-o,--output", &output, "write it here instead of printing it", "FILE"}};
}

presenter::presenter(const presenter_request& request, const std::vector<std::string>& inputs)
    : noise_(parse_noise(request.noise)),
      format_(chosen<comparison_format>("--format", request.format)),
      only_changed_(request.only_changed) {
  for (const std::string& text : request.gates) gates_.emplace_back(text);
  if (request.output) open_beside_inputs(file_, *request.output, inputs);
}

bool presenter::present(comparison_report report) {
  report.noise = noise_;
  report.only_changed = only_changed_;
  for (const std::string& line : report.result.warnings) warn(line);
  for (const gate& each : gates_)
    std::ranges::move(each.objections(report.result), std::back_inserter(report.objections));

  const bool coloured = !file_ && isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  write(file_ ? file_->stream() : std::cout, report, format_, coloured);
  if (file_) file_->commit();
  const bool is_for_people =
      format_ == comparison_format::text || format_ == comparison_format::markdown;
  if (file_ || !is_for_people)
    for (const objection& each : report.objections)
      std::fprintf(stderr, "permdelta: --fail-on: %s\n", one_line(each.text).c_str());
  return report.objections.empty();
}

}  // namespace permdelta

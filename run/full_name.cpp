#include "run/full_name.hpp"

#include <algorithm>
#include <array>

namespace permdelta {
namespace {

// `/real_time` or `/threads:2`, without its slash.
bool is_appended(std::string_view part) noexcept {
  constexpr std::array<std::string_view, 8> known{"min_time:",   "min_warmup_time:", "iterations:",
                                                  "repeats:",    "process_time",     "real_time",
                                                  "manual_time", "threads:"};
  return std::ranges::any_of(known, [&](std::string_view each) {
    return each.ends_with(':') ? part.starts_with(each) : part == each;
  });
}

}  // namespace

std::optional<full_name> parse_full_name(std::string_view text) {
  std::size_t end = text.size();
  for (std::size_t slash = 0; (slash = text.substr(0, end).rfind('/')) != std::string_view::npos;
       end = slash)
    if (!is_appended(text.substr(slash + 1, end - slash - 1))) break;
  std::optional<row_name> name = parse_row_name(text.substr(0, end));
  if (!name) return {};
  return full_name{*std::move(name), std::string(text.substr(end))};
}

}  // namespace permdelta

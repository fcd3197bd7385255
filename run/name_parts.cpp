#include "run/name_parts.hpp"

#include <algorithm>
#include <array>

#include "common/unique_names.hpp"

namespace permdelta {
namespace {

struct suffix {
  std::string_view text;  // with a colon, a number follows
  std::string_view key;
  std::string_view value;
};

// As the library puts them behind a name, which has at most one of each line.
constexpr std::array<std::array<suffix, 2>, 7> in_order{
    {{{{"min_time:", "min_time", ""}}},
     {{{"min_warmup_time:", "min_warmup_time", ""}}},
     {{{"iterations:", "iterations", ""}}},
     {{{"repeats:", "repeats", ""}}},
     {{{"process_time", "cpu_clock", "process_time"}}},
     {{{"real_time", "clock", "real_time"}, {"manual_time", "clock", "manual_time"}}},
     {{{"threads:", "threads", ""}}}}};

bool is_number(std::string_view text, bool is_whole) noexcept {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c == '.' && !is_whole);
  });
}

// Of the last segment of a name, if it is that suffix.
std::optional<name_part> part_of(std::string_view segment, const suffix& suffix) {
  if (suffix.text.empty()) return {};
  if (!suffix.value.empty()) {
    if (segment != suffix.text) return {};
    return name_part{suffix.key, suffix.value};
  }
  if (!segment.starts_with(suffix.text)) return {};
  segment.remove_prefix(suffix.text.size());
  const bool is_time = suffix.key.ends_with("_time");
  if (is_time && segment.ends_with('s')) segment.remove_suffix(1);
  if (!is_number(segment, !is_time)) return {};
  return name_part{suffix.key, segment};
}

}  // namespace

name_parts split_name(std::string_view name) {
  name_parts parts;
  // From the last suffix to the first; only in that order, so that two names never have the same
  // parts.
  for (auto place = in_order.rbegin(); place != in_order.rend(); ++place) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos || slash == 0) break;
    for (const suffix& each : *place)
      if (auto part = part_of(name.substr(slash + 1), each)) {
        parts.suffixes.push_back(std::move(*part));
        name = name.substr(0, slash);
        break;
      }
  }
  std::ranges::reverse(parts.suffixes);
  parts.stem = name;
  parts.ours = parse_row_name(name);
  return parts;
}

std::vector<name_part> name_parts::keyed() const {
  std::vector<name_part> all;
  if (ours) {
    all = {{"operation", ours->operation},
           {"method", ours->method},
           {"type", ours->type},
           {"distribution", ours->distribution},
           {"n", std::to_string(ours->n)}};
    all.insert(all.end(), ours->axes.begin(), ours->axes.end());
  } else {
    all.emplace_back("name", stem);
  }
  all.insert(all.end(), suffixes.begin(), suffixes.end());
  unique_names keys;  // `n:2/method:x` is a name of ours too
  for (auto& [key, value] : all) key = keys.take(key);
  return all;
}

}  // namespace permdelta

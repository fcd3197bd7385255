/// InfluxDB's line protocol, <https://docs.influxdata.com/influxdb/v1/write_protocols/>: a point a
/// repetition, the numbers its fields. All are floats but for the iterations, so no field's type
/// ever changes.

#include <algorithm>
#include <cmath>
#include <ostream>

#include "common/one_line.hpp"
#include "common/unique_names.hpp"
#include "run/display.hpp"
#include "tools/permdelta/export/format.hpp"

namespace permdelta {
namespace {

// Of tags and of the keys of fields. A backslash at the end of a tag would take the character
// behind it for itself, and can't be escaped: a blank comes between them.
std::string escaped(std::string_view text) {
  std::string all;
  for (const char c : text) {
    if (c == ',' || c == '=' || c == ' ') all += '\\';
    all += c;
  }
  return all.ends_with('\\') ? all + "\\ " : all;
}

std::string tag_text(const std::vector<keyed_text>& tags) {
  std::string text;
  for (const auto& [key, value] : tags) text += ',' + escaped(key) + '=' + escaped(value);
  return text;
}

// Fields with the name of a tag would be hard to ask for, and `time` is the point's own. A
// backslash in a field's key makes pairs, unlike one in a tag, and there is no way to write it
// before a comma.
std::vector<std::string> field_keys(const exported_run& exported) {
  unique_names keys({"time", "repetition"});
  for (const std::string& key : exported.part_keys) static_cast<void>(keys.take(key));
  for (const auto* all : {&exported.context, &exported.tags})
    for (const auto& [key, value] : *all) static_cast<void>(keys.take(key));
  std::vector<std::string> fields;
  for (const metric& each : exported.run->metrics) {
    std::string key = one_line(each.name);
    std::ranges::replace(key, '\\', '/');
    if (key.empty()) key = "_";  // no key may be
    fields.push_back(escaped(keys.take(key)));
  }
  return fields;
}

// Empty if it can't be a count.
std::string field_value(const sample& each) {
  if (each.metric != iterations_metric) return shortest(each.value);
  if (each.value != std::floor(each.value) || std::abs(each.value) >= 0x1p53) return {};
  return std::to_string(static_cast<std::int64_t>(each.value)) + 'i';
}

}  // namespace

void write_influx(const exported_run& exported, std::ostream& out) {
  const std::vector<std::string> keys = field_keys(exported);
  const std::string common = tag_text(exported.context) + tag_text(exported.tags);
  for (const exported_row& row : exported.rows) {
    const std::string tags = tag_text(row.parts) + common;
    for_each_repetition(*row.row, [&](std::uint32_t repetition, std::span<const sample> samples) {
      std::string fields;
      for (const sample& each : samples)
        if (const std::string value = field_value(each); !value.empty())
          fields.append(fields.empty() ? " " : ",").append(keys[each.metric]) += '=' + value;
      if (!fields.empty())
        out << "permdelta" << tags << ",repetition=" << repetition_text(*row.row, repetition)
            << fields << ' ' << *exported.time << '\n';
    });
  }
}

}  // namespace permdelta

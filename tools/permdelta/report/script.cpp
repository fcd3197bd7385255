#include "tools/permdelta/report/script.hpp"

#include "common/json_writer.hpp"
#include "tools/permdelta/report/assets.hpp"

namespace permdelta {

std::string joined_scripts(std::span<const std::string_view> names) {
  std::string joined;
  for (const std::string_view name : names) joined.append(asset_text(name)).append("\n");
  return joined;
}

std::string chart_templates() {
  constexpr std::string_view folder = "charts/";
  constexpr std::string_view extension = ".json";
  json_writer all;
  all.open('{');
  for (const asset& each : assets())
    if (each.name.starts_with(folder)) {
      std::string_view name = each.name.substr(folder.size());
      name.remove_suffix(extension.size());
      all.key(name);
      all.json(each.text);
    }
  all.close();
  return all.take();
}

std::string harmless(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json)
    if (c == '<')
      escaped += "\\u003c";
    else
      escaped += c;
  return escaped;
}

}  // namespace permdelta

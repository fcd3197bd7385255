#include "tools/permdelta/report/script.hpp"

#include "tools/permdelta/report/assets.hpp"

namespace permdelta {

std::string joined_scripts(std::span<const std::string_view> names) {
  std::string joined;
  for (const std::string_view name : names) joined.append(asset_text(name)).append("\n");
  return joined;
}

nlohmann::ordered_json chart_templates() {
  constexpr std::string_view folder = "charts/";
  constexpr std::string_view extension = ".json";
  auto all = nlohmann::ordered_json::object();
  for (const asset& each : assets())
    if (each.name.starts_with(folder)) {
      std::string_view name = each.name.substr(folder.size());
      name.remove_suffix(extension.size());
      all[std::string(name)] = nlohmann::ordered_json::parse(each.text);
    }
  return all;
}

std::string harmless(const nlohmann::ordered_json& data) {
  const std::string text =
      data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text)
    if (c == '<')
      escaped += "\\u003c";
    else
      escaped += c;
  return escaped;
}

}  // namespace permdelta

#include "tools/permdelta/report/page.hpp"

#include <cstddef>
#include <string_view>

#include "tools/permdelta/report/assets.hpp"
#include "tools/permdelta/report/script.hpp"

namespace permdelta {
namespace {

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text)
    if (c == '<')
      made += "&lt;";
    else if (c == '&')
      made += "&amp;";
    else
      made += c;
  return made;
}

std::string value_of(std::string_view key, const page_request& request) {
  if (key == "title") return escaped(request.title);
  if (key == "data") return harmless(page_data(request));
  if (key == "charts") return harmless(chart_templates());
  if (key == "version") return PERMDELTA_VERSION;
  if (key == "scripts") return joined_scripts(chart_scripts) + joined_scripts(page_scripts);
  if (key.starts_with("vega")) return std::string(asset_text("vendor/" + std::string(key)));
  return std::string(asset_text(key));
}

}  // namespace

// The template's `{{key}}` are replaced, those of what replaces them are not.
std::string page(const page_request& request) {
  std::string_view left = asset_text("page.html");
  std::string made;
  for (;;) {
    const std::size_t begin = left.find("{{");
    made += left.substr(0, begin);
    if (begin == std::string_view::npos) return made;
    left.remove_prefix(begin + 2);
    const std::size_t end = left.find("}}");
    made += value_of(left.substr(0, end), request);
    left.remove_prefix(end + 2);
  }
}

}  // namespace permdelta

#pragma once

/// The scripts of tools/report/ put together, for a browser's page or for Node.js.

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace permdelta {

/// From the data to the charts; they need no document.
inline constexpr std::array chart_scripts{
    std::string_view{"data.js"},          std::string_view{"format.js"},
    std::string_view{"view.js"},          std::string_view{"theme.js"},
    std::string_view{"axes.js"},          std::string_view{"charts.js"},
    std::string_view{"specifications.js"}};

/// What a page needs besides.
inline constexpr std::array page_scripts{
    std::string_view{"answers.js"},  std::string_view{"download.js"}, std::string_view{"table.js"},
    std::string_view{"document.js"}, std::string_view{"sections.js"}, std::string_view{"page.js"}};

[[nodiscard]] std::string joined_scripts(std::span<const std::string_view> names);

/// The specifications of charts/, as a JSON object with the name of each.
[[nodiscard]] std::string chart_templates();

/// JSON as a script has it, whatever is in its strings: inside <script> a `<` could begin
/// `</script>` or `<!--`, so it is spelled otherwise.
[[nodiscard]] std::string harmless(std::string_view json);

}  // namespace permdelta

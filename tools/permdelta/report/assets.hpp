#pragma once

/// The files of tools/report/, as the build found them.

#include <span>
#include <string_view>

namespace permdelta {

struct asset {
  std::string_view name;  ///< below tools/report/: `page.css`, `charts/delta.json`
  std::string_view text;
};

[[nodiscard]] std::span<const asset> assets() noexcept;

/// The text of one; throws std::logic_error if there is no such file.
[[nodiscard]] std::string_view asset_text(std::string_view name);

}  // namespace permdelta

#pragma once

/// What `permdelta report` writes: a page, or its charts alone.

#include <string>
#include <utility>
#include <vector>

#include "tools/permdelta/report/page_data.hpp"

namespace permdelta {

/// One file of HTML that needs nothing but itself.
[[nodiscard]] std::string page(const page_request&);

struct drawing {
  std::string name;  ///< the chart's
  std::string svg;
};

/// The charts that the page shows first, drawn by the same scripts, which Node.js runs. Throws
/// usage_error if there is none to run them, or no chart; std::runtime_error if they fail.
[[nodiscard]] std::vector<drawing> drawings(const page_request&);

}  // namespace permdelta

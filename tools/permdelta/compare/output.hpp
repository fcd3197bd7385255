#pragma once

/// A comparison, written for people and for programs.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "tools/permdelta/compare/gate.hpp"

namespace permdelta {

enum class comparison_format : std::uint8_t { text, markdown, csv, json };

/// All that there is to say.
struct comparison_report {
  std::string base;       ///< what it is called: a file, or a part of names
  std::string contender;  ///< likewise
  std::vector<context_difference> context;
  comparison result;
  double noise = 0;
  bool only_changed = false;               ///< list changed rows only; the summary counts all
  std::vector<objection> objections = {};  ///< of gates
};

/// Text and Markdown: a table of rows, differences before it, what is not compared behind. CSV: a
/// line for each row and metric. JSON: one object with everything.
void write(std::ostream&, const comparison_report&, comparison_format, bool coloured);

}  // namespace permdelta

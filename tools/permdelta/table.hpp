#pragma once

/// A table, and the three ways to write one.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace permdelta {

enum class table_format : std::uint8_t { text, markdown, csv };

enum class tone : std::uint8_t { plain, good, bad, doubtful };  ///< a cell's colour on a terminal

struct cell {
  std::string text = {};
  permdelta::tone tone = tone::plain;

  cell() = default;
  // A cell is a text; rows are written down as lists of them.
  // NOLINTNEXTLINE(google-explicit-constructor)
  cell(std::string what, permdelta::tone how = tone::plain) : text(std::move(what)), tone(how) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a literal would need two conversions
  cell(const char* what) : text(what) {}
};

struct table {
  std::string title;  ///< may be empty; CSV has none
  std::vector<std::string> heads;
  std::vector<std::vector<cell>> rows;  ///< of as many cells as there are heads
  std::size_t texts = 1;  ///< the first columns, which are text; the others are numbers
};

/// Columns in line, numbers to the right. `coloured` by ANSI's escape codes. Control characters of
/// a cell are spelled out.
void write_text(std::ostream&, const table&, bool coloured);

/// A GitHub table; `|` and what else Markdown would read as its own is escaped.
void write_markdown(std::ostream&, const table&);

/// Text with nothing of it Markdown's or HTML's, in one line.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// RFC 4180, with heads.
void write_csv(std::ostream&, const table&);

/// Whichever it is.
void write(std::ostream&, const table&, table_format, bool coloured = false);

}  // namespace permdelta

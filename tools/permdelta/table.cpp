#include "tools/permdelta/table.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "common/csv.hpp"
#include "common/one_line.hpp"

namespace permdelta {
namespace {

// Columns of a terminal: one for each character, a byte or several of UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

const char* colour(tone how) {
  switch (how) {
    case tone::good:
      return "\x1b[32m";
    case tone::bad:
      return "\x1b[31m";
    case tone::doubtful:
      return "\x1b[33m";
    case tone::plain:
      return "";
  }
  __builtin_unreachable();
}

}  // namespace

// Names are full of `_`, which inside of a word means nothing.
std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (std::string_view("|\\`*[]~").find(c) != std::string_view::npos)
      escaped.append("\\").append(1, c);
    else
      escaped += c;
  }
  return escaped;
}

void write_text(std::ostream& out, const table& what, bool coloured) {
  if (!what.title.empty()) out << one_line(what.title) << '\n';
  std::vector<std::size_t> widths;
  for (const std::string& head : what.heads) widths.push_back(width(one_line(head)));
  for (const auto& row : what.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(one_line(row[i].text)));

  const auto line = [&](const auto& cells, auto text_of, auto tone_of) {
    std::string blanks;  // no line ends in them
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string text = text_of(cells[i]);
      const std::string padding(widths[i] - width(text), ' ');
      const bool is_text = i < what.texts;
      if (!is_text) blanks += padding;
      if (!text.empty()) {
        const std::string_view begin = coloured ? colour(tone_of(cells[i])) : "";
        out << blanks << begin << text << (begin.empty() ? "" : "\x1b[0m");
        blanks.clear();
      }
      if (is_text) blanks += padding;
      blanks += "  ";
    }
    out << '\n';
  };
  line(
      what.heads, [](const std::string& head) { return one_line(head); },
      [](const std::string&) { return tone::plain; });
  std::size_t total = 0;
  for (const std::size_t each : widths) total += each + 2;
  out << std::string(total < 2 ? 0 : total - 2, '-') << '\n';
  for (const auto& row : what.rows)
    line(
        row, [](const cell& each) { return one_line(each.text); },
        [](const cell& each) { return each.tone; });
}

void write_markdown(std::ostream& out, const table& what) {
  if (!what.title.empty()) out << "**" << markdown_text(what.title) << "**\n\n";
  const auto line = [&](const auto& cells, auto text_of) {
    out << '|';
    for (const auto& each : cells) out << ' ' << text_of(each) << " |";
    out << '\n';
  };
  line(what.heads, [](const std::string& head) { return markdown_text(head); });
  out << '|';
  for (std::size_t i = 0; i < what.heads.size(); ++i) out << (i < what.texts ? "---|" : "---:|");
  out << '\n';
  for (const auto& row : what.rows)
    line(row, [](const cell& each) {
      const std::string text = markdown_text(each.text);
      return each.tone == tone::bad ? "**" + text + "**" : text;
    });
}

void write_csv(std::ostream& out, const table& what) {
  const auto line = [&](const auto& cells, auto text_of) {
    const char* separator = "";
    for (const auto& each : cells) {
      out << separator << csv_field(text_of(each));
      separator = ",";
    }
    out << '\n';
  };
  line(what.heads, [](const std::string& head) { return head; });
  for (const auto& row : what.rows) line(row, [](const cell& each) { return each.text; });
}

void write(std::ostream& out, const table& what, table_format how, bool coloured) {
  switch (how) {
    case table_format::text:
      return write_text(out, what, coloured);
    case table_format::markdown:
      return write_markdown(out, what);
    case table_format::csv:
      return write_csv(out, what);
  }
}

}  // namespace permdelta

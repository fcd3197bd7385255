#include "common/json_writer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace permdelta {
namespace {

void append_quoted(std::string& to, std::string_view text) {
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (is_plain)
    to.append("\"").append(text).append("\"");
  else
    to += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void json_writer::break_line() {
  if (is_indented_) text_.append("\n").append(blanks_ * open_.size(), ' ');
}

// What stands before a value or a key.
void json_writer::separate() {
  if (!follows_key_ && !open_.empty()) {
    if (!is_first_) text_ += ',';
    break_line();
  }
  follows_key_ = false;
  is_first_ = false;
}

void json_writer::open(char bracket) {
  separate();
  text_ += bracket;
  open_ += bracket;
  is_first_ = true;
}

void json_writer::close() {
  const char bracket = open_.back();
  open_.pop_back();
  if (!is_first_) break_line();
  text_ += bracket == '{' ? '}' : ']';
  is_first_ = false;
}

void json_writer::key(std::string_view name) {
  separate();
  append_quoted(text_, name);
  text_ += is_indented_ ? ": " : ":";
  follows_key_ = true;
}

void json_writer::value(std::string_view text) {
  separate();
  append_quoted(text_, text);
}

void json_writer::value(double number) {
  json(nlohmann::json(number).dump());
}

void json_writer::json(std::string_view text) {
  separate();
  text_ += text;
}

bool is_utf8(std::string_view text) try {
  static_cast<void>(nlohmann::json(text).dump());
  return true;
} catch (const nlohmann::json::type_error&) {
  return false;
}

}  // namespace permdelta

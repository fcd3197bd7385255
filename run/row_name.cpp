#include "run/row_name.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace permdelta {
namespace {

bool is_part(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_row_name_character);
}

const std::string& checked(const std::string& part) {
  check_row_name_part(part);
  return part;
}

// Takes what comes before the next `separator`, and the separator with it, off the front of `text`.
std::string_view take(std::string_view& text, char separator) noexcept {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

// Decimal digits as to_string writes them: no sign, no leading zero, no overflow.
std::optional<std::size_t> parse_size(std::string_view text) noexcept {
  std::size_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || (text.size() > 1 && text.front() == '0')) return {};
  return value;
}

}  // namespace

// By hand, because std::isalnum asks the locale.
bool is_row_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '=';
}

void check_row_name_part(std::string_view text) {
  if (!is_part(text))
    throw std::invalid_argument("'" + std::string(text) +
                                "' can't be part of a benchmark name: letters, digits, '_', '-' "
                                "and '=' can, one at least");
}

std::string to_string(const row_name& row) {
  std::string text = checked(row.operation) + '/' + checked(row.method) + '/' + checked(row.type) +
                     '/' + checked(row.distribution) + "/n:" + std::to_string(row.n);
  for (const auto& [key, value] : row.axes) text += '/' + checked(key) + ':' + checked(value);
  return text;
}

std::optional<row_name> parse_row_name(std::string_view text) {
  if (text.ends_with('/')) return {};
  row_name row;
  for (std::string* part : {&row.operation, &row.method, &row.type, &row.distribution}) {
    const std::string_view front = take(text, '/');
    if (!is_part(front)) return {};
    *part = front;
  }

  std::string_view size = take(text, '/');
  if (take(size, ':') != "n") return {};
  const std::optional<std::size_t> n = parse_size(size);
  if (!n) return {};
  row.n = *n;

  while (!text.empty()) {
    std::string_view value = take(text, '/');
    const std::string_view key = take(value, ':');
    if (!is_part(key) || !is_part(value)) return {};
    row.axes.emplace_back(key, value);
  }
  return row;
}

}  // namespace permdelta

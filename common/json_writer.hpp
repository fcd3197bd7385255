#pragma once

/// JSON, written value by value.

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace permdelta {

/// The fields of an object: keys, each with its JSON value as text.
using json_entries = std::vector<std::pair<std::string, std::string>>;

/// Collects a text, in one line or indented. What is opened has to be closed; a value inside an
/// object follows its key. Bytes that are not UTF-8 become U+FFFD, numbers that are not finite
/// become null, and all others have the digits that read back the same.
class json_writer {
 public:
  json_writer() = default;
  /// With a line for each value, `blanks` further to the right at each level.
  explicit json_writer(std::size_t blanks) : is_indented_(true), blanks_(blanks) {}

  void open(char bracket);  ///< `{` or `[`
  void close();
  void key(std::string_view name);

  void value(std::string_view text);
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(double number);
  void value(std::nullptr_t) { json("null"); }
  template <std::integral Number>
  void value(Number number) {
    if constexpr (std::same_as<Number, bool>)
      json(number ? "true" : "false");
    else
      json(std::to_string(number));
  }
  /// A value that is JSON already.
  void json(std::string_view text);

  /// Of an object: a key and its value, and so on.
  template <class Value, class... Others>
  void fields(std::string_view name, const Value& what, const Others&... others) {
    key(name);
    value(what);
    if constexpr (sizeof...(others) > 0) fields(others...);
  }
  /// An object of such fields.
  template <class... Fields>
  void object(const Fields&... all) {
    open('{');
    fields(all...);
    close();
  }
  /// Of an object: a key and an array, of which `write` writes each element.
  template <class Values, class Write>
  void array(std::string_view name, Values&& values, Write write) {
    key(name);
    open('[');
    for (auto&& each : values) write(each);
    close();
  }
  template <class Values>
  void array(std::string_view name, const Values& values) {
    array(name, values, [&](const auto& each) { value(each); });
  }

  /// What has been written since it was last taken.
  [[nodiscard]] std::string take() noexcept { return std::exchange(text_, {}); }

 private:
  void separate();
  void break_line();

  bool is_indented_ = false;
  std::size_t blanks_ = 0;
  std::string text_;
  std::string open_;  // brackets
  bool is_first_ = true;
  bool follows_key_ = false;
};

/// Whether `text` is valid UTF-8, as JSON requires.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace permdelta

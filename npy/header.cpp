#include "npy/header.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "npy/npy.hpp"

namespace permdelta {
namespace {

// Python's syntax of a dict of strings, booleans and whole numbers, as far as NumPy writes it.
class parser {
 public:
  explicit parser(std::string_view text) : text_(text) {}

  npy_header dict() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string("a key in quotes");
      expect(':');
      value_of(key);
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (at_ != text_.size()) fail("nothing more");
    return {taken(descr_, "descr"), taken(fortran_order_, "fortran_order"), taken(shape_, "shape")};
  }

 private:
  static constexpr std::string_view prefix = "the header is not the dict that NumPy writes: ";

  [[noreturn]] void fail(const std::string& expected) const {
    throw npy_error(std::string(prefix) + expected + " is expected at its byte " +
                    std::to_string(at_));
  }

  [[nodiscard]] char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool accept(char character) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != character) return false;
    ++at_;
    return true;
  }

  void expect(char character) {
    if (!accept(character)) fail(std::string("'") + character + "'");
  }

  // No escapes: NumPy needs none.
  std::string_view string(const char* what) {
    skip_space();
    const char quote = next();
    if (quote != '\'' && quote != '"') fail(what);
    const std::size_t begin = at_ + 1;
    const std::size_t end = text_.find_first_of(quote == '"' ? "\"\\\n" : "'\\\n", begin);
    if (end == std::string_view::npos || text_[end] != quote) fail(what);
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }

  bool boolean() {
    skip_space();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    fail("True or False");
  }

  // One that does not fit is as good as the largest: no array has so many elements.
  std::uint64_t number() {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (digits == 0 || (rest[0] == '0' && digits > 1)) fail("a whole number");
    at_ += digits;
    return error == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> numbers;
    expect('(');
    while (!accept(')')) {
      numbers.push_back(number());
      if (accept(',')) continue;
      if (numbers.size() == 1) fail("','");  // in parentheses alone a number is no tuple
      expect(')');
      break;
    }
    return numbers;
  }

  std::string type() {
    skip_space();
    if (next() == '[')
      throw npy_error("its elements have fields (a structured dtype); allowed: plain numbers");
    return std::string(string("a dtype in quotes"));
  }

  void value_of(std::string_view key) {
    if (key == "descr") {
      set(descr_, key, type());
    } else if (key == "fortran_order") {
      set(fortran_order_, key, boolean());
    } else if (key == "shape") {
      set(shape_, key, tuple());
    } else {
      throw npy_error(std::string(prefix) + "it has a key " + in_quotes(key) +
                      "; allowed: 'descr', 'fortran_order', 'shape'");
    }
  }

  template <class Value>
  static void set(std::optional<Value>& where, std::string_view key, Value value) {
    if (where) throw npy_error(std::string(prefix) + "it has " + in_quotes(key) + " twice");
    where = std::move(value);
  }

  template <class Value>
  static Value taken(std::optional<Value>& from, std::string_view key) {
    if (!from) throw npy_error(std::string(prefix) + "it lacks " + in_quotes(key));
    return std::move(*from);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string> descr_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

}  // namespace

npy_header parse_npy_header(std::string_view text) {
  return parser(text).dict();
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string result = "'";
  for (const char each : text.substr(0, most)) result += each < ' ' || each > '~' ? '?' : each;
  return result + (text.size() > most ? "...'" : "'");
}

}  // namespace permdelta

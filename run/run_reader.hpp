#pragma once

/// The parser's events, one after the other, made a run.

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run/row_builder.hpp"

namespace permdelta {

// Walks through the text for the parser, and tells how far that is.
class position_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  position_iterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  position_iterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  position_iterator operator++(int) {
    const position_iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const position_iterator& a, const position_iterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const position_iterator& a, const position_iterator& b) {
    return a.at_ != b.at_;
  }

 private:
  const char* at_;
  const char** furthest_;
};

// The context, which is any JSON, value by value.
class value_builder {
 public:
  explicit value_builder(nlohmann::ordered_json& root) : open_{&root} {}

  // Empty, or why not.
  [[nodiscard]] std::string key(const std::string& name) {
    if (open_.back()->contains(name)) return "'" + name + "' is there twice";
    key_ = name;
    return {};
  }
  void value(nlohmann::ordered_json what) { static_cast<void>(put(std::move(what))); }
  [[nodiscard]] std::string open(nlohmann::ordered_json empty) {
    if (open_.size() > deepest)
      return "'context' is nested deeper than " + std::to_string(deepest) + " levels";
    open_.push_back(put(std::move(empty)));
    return {};
  }
  void close() { open_.pop_back(); }
  [[nodiscard]] bool is_closed() const { return open_.size() == 1; }

 private:
  // Whoever copies, compares or prints a value recurses into it.
  static constexpr std::size_t deepest = 100;

  nlohmann::ordered_json* put(nlohmann::ordered_json what) {
    nlohmann::ordered_json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(what));
      return &parent.back();
    }
    return &(parent[key_] = std::move(what));
  }

  std::vector<nlohmann::ordered_json*> open_;
  std::string key_;
};

// What of the file is being read.
enum class place : std::uint8_t {
  before,      // nothing yet
  top,         // in the outermost object
  context,     // in the object of that name
  benchmarks,  // in the array of that name
  benchmark,   // in an object of it
  unknown      // in something that nobody asked for
};

class run_reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  run_reader(benchmark_run& run, const char* const* at) : run_(run), rows_(run), at_(at) {}

  bool null() override {
    return scalar([&] { return rows_.missing(); }, nullptr);
  }
  bool boolean(bool value) override {
    return scalar([&] { return rows_.truth(value); }, value);
  }
  bool number_integer(number_integer_t value) override { return number(value); }
  bool number_unsigned(number_unsigned_t value) override { return number(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return number(value);
  }
  bool string(string_t& value) override {
    return scalar([&] { return rows_.text(value); }, value);
  }
  bool binary(binary_t& /*value*/) override { return refuse("binary data"); }

  bool key(string_t& name) override {
    switch (place_) {
      case place::top:
        key_ = name;
        return keys_.insert(name).second || refuse("'" + name + "' is there twice");
      case place::context:
        return accept(context_.key(name));
      case place::benchmark:
        key_ = name;
        return accept(rows_.key(name));
      default:
        return true;
    }
  }

  bool start_object(std::size_t /*size*/) override {
    switch (place_) {
      case place::before:
        return enter(place::top);
      case place::top:
        if (key_ == "benchmarks") return refuse("'benchmarks' is an object; allowed: an array");
        return enter(key_ == "context" ? place::context : place::unknown);
      case place::context:
        return accept(context_.open(nlohmann::ordered_json::object()));
      case place::benchmarks:
        rows_.begin();
        return enter(place::benchmark);
      case place::benchmark:
        return accept(rows_.nested("an object")) && enter(place::unknown);
      default:
        return enter(place::unknown);
    }
  }
  bool end_object() override {
    if (place_ == place::context && !context_.is_closed()) {
      context_.close();
      return true;
    }
    if (place_ == place::benchmark && !accept(rows_.end())) return false;
    return leave();
  }

  bool start_array(std::size_t /*size*/) override {
    switch (place_) {
      case place::before:
        return refuse("the file is an array; allowed: Google Benchmark's object");
      case place::top:
        if (key_ == "context") return refuse("'context' is an array; allowed: an object");
        if (key_ == "benchmarks") has_benchmarks_ = true;
        return enter(key_ == "benchmarks" ? place::benchmarks : place::unknown);
      case place::context:
        return accept(context_.open(nlohmann::ordered_json::array()));
      case place::benchmarks:
        return refuse("an array among the benchmarks; allowed: objects");
      case place::benchmark:
        return accept(rows_.nested("an array")) && enter(place::unknown);
      default:
        return enter(place::unknown);
    }
  }
  bool end_array() override {
    if (place_ != place::context) return leave();
    context_.close();
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    problem_ = error.what();
    // `[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...`, or of a
    // number `[json.exception.out_of_range.406] number overflow parsing '1e999'`
    const auto erase_through = [&](std::string_view mark) {
      if (const std::size_t at = problem_.find(mark); at != std::string::npos)
        problem_.erase(0, at + mark.size());
    };
    erase_through("] ");
    if (problem_.starts_with("parse error at ")) erase_through(": ");
    is_syntax_ = true;
    return false;
  }

  // After the last byte.
  [[nodiscard]] bool finish() {
    if (!has_benchmarks_)
      return refuse("there are no 'benchmarks' in it; allowed: Google Benchmark's JSON");
    rows_.finish();
    for (const auto& [key, value] : root_.items())
      run_.context.push_back({key, value.dump(), plain(value)});
    return true;
  }

  [[nodiscard]] bool is_syntax() const { return is_syntax_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const char* problem_at() const { return problem_at_ ? problem_at_ : *at_; }

 private:
  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    problem_at_ = *at_;
    return false;
  }
  bool accept(std::string problem) { return problem.empty() || refuse(std::move(problem)); }
  bool enter(place next) {
    around_.push_back(std::exchange(place_, next));
    return true;
  }
  bool leave() {
    place_ = around_.back();
    around_.pop_back();
    return true;
  }

  static std::string plain(const nlohmann::ordered_json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_number() || value.is_boolean() ? value.dump() : std::string{};
  }

  template <class Number>
  bool number(Number value) {
    return scalar([&] { return rows_.number(static_cast<double>(value)); }, value);
  }

  // A value that is no object and no array; in_row says what a row makes of it.
  template <class InRow, class Value>
  bool scalar(InRow in_row, const Value& value) {
    switch (place_) {
      case place::before:
        return refuse("the file is a single value; allowed: Google Benchmark's object");
      case place::top:
        return (key_ != "benchmarks" && key_ != "context") ||
               refuse("'" + key_ + "' is a single value; allowed: an " +
                      (key_ == "context" ? "object" : "array"));
      case place::context:
        context_.value(value);
        return true;
      case place::benchmarks:
        return refuse("a single value among the benchmarks; allowed: objects");
      case place::benchmark:
        return accept(in_row());
      case place::unknown:
        return true;
    }
    __builtin_unreachable();
  }

  benchmark_run& run_;
  row_builder rows_;
  nlohmann::ordered_json root_ = nlohmann::ordered_json::object();  // the context
  value_builder context_{root_};
  const char* const* at_;
  place place_ = place::before;
  std::vector<place> around_;
  std::set<std::string> keys_;
  std::string key_;
  bool has_benchmarks_ = false;
  bool is_syntax_ = false;
  const char* problem_at_ = nullptr;
  std::string problem_;
};

}  // namespace permdelta

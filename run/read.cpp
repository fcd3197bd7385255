#include "run/read.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "common/one_line.hpp"
#include "run/row_name.hpp"
#include "run/run_reader.hpp"

namespace permdelta {
namespace {

namespace fs = std::filesystem;

// `line 3, column 5` of the last byte that was read, which is the one before `at`. If that ends a
// line, it belongs to it.
std::string position_in(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, std::max<std::size_t>(at, 1) - 1);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t column =
      before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// That no letter or digit goes on with it on either side.
bool is_whole_word(std::string_view text, std::size_t begin, std::size_t size) {
  const auto goes_on = [](std::string_view side) {
    return !side.empty() && is_row_name_character(side.front());
  };
  return !goes_on(text.substr(begin == 0 ? text.size() : begin - 1)) &&
         !goes_on(text.substr(begin + size));
}

// The same text with the bare numbers that are none, as older versions of the library write them,
// made null. Nothing of JSON outside of strings has such capitals.
class without_nan {
 public:
  explicit without_nan(std::string_view text) {
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (in_string) {
        text_ += c;
        if (c == '\\' && i + 1 < text.size()) text_ += text[++i];
        in_string = c != '"';
        continue;
      }
      in_string = c == '"';
      const std::string_view rest = text.substr(i);
      std::size_t length = 0;
      for (const std::string_view word : {"NaN", "-NaN", "Infinity", "-Infinity"})
        if (rest.starts_with(word)) length = word.size();
      if (length == 0 || !is_whole_word(text, i, length)) {
        text_ += c;
        continue;
      }
      text_ += "null";
      i += length - 1;
      ++count_;
      longer_.emplace_back(text_.size(), i + 1);
    }
  }

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t count() const { return count_; }

  // Where in the original text what lies at `at` of this one is.
  [[nodiscard]] std::size_t original(std::size_t at) const {
    const auto after =
        std::ranges::upper_bound(longer_, at, {}, &std::pair<std::size_t, std::size_t>::first);
    if (after == longer_.begin()) return at;
    return at - std::prev(after)->first + std::prev(after)->second;
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
  std::vector<std::pair<std::size_t, std::size_t>> longer_;  // ends of words, here and there
};

constexpr std::size_t longest_complaint = 160;

// Whether it is a run. If not, a problem and its place.
struct attempt {
  bool good = false;
  bool is_syntax = false;
  std::string problem = {};
  std::size_t at = 0;
};

attempt try_to_parse(std::string_view text, benchmark_run& run) {
  const char* at = text.data();
  run_reader reader(run, &at);
  const position_iterator begin(text.data(), &at);
  const position_iterator end(text.data() + text.size(), &at);
  if (nlohmann::json::sax_parse(begin, end, &reader) && reader.finish()) return {.good = true};
  std::string problem = reader.problem();
  if (problem.size() > longest_complaint) problem = problem.substr(0, longest_complaint) + " ...";
  return {.is_syntax = reader.is_syntax(),
          .problem = std::move(problem),
          .at = static_cast<std::size_t>(reader.problem_at() - text.data())};
}

}  // namespace

benchmark_run parse_run(std::string_view text, const std::string& path) {
  const auto refuse = [&](const std::string& what) {
    throw run_error(one_line("'" + path + "': " + what));
  };
  if (text.empty()) refuse("it is empty: the run that was to write it has not ended well");
  // The parser takes one for the end, and what follows for nothing.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    refuse(position_in(text, zero + 1) + ": a zero byte, which is not JSON");
  benchmark_run run;
  run.path = path;
  attempt first = try_to_parse(text, run);
  if (first.good) return run;
  if (first.is_syntax) {
    if (const without_nan strict(text); strict.count() > 0) {
      run = {};
      run.path = path;
      first = try_to_parse(strict.text(), run);
      first.at = strict.original(first.at);
      run.warnings.push_back(
          one_line("'" + path + "': " + std::to_string(strict.count()) +
                   " bare NaN or Infinity, which are no JSON, count as missing"));
    }
  }
  if (!first.good) refuse(position_in(text, first.at) + ": " + first.problem);
  return run;
}

benchmark_run read_run(const std::string& path) {
  const auto cannot = [&](std::error_code why) {
    throw run_error(one_line("'" + path + "': cannot read it: " + why.message()));
  };
  std::error_code error;
  if (fs::is_directory(path, error)) cannot(std::make_error_code(std::errc::is_a_directory));
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) cannot(std::error_code(errno, std::generic_category()));
  std::string text;
  if (const auto size = fs::file_size(path, error); !error) text.reserve(size);
  constexpr std::size_t piece = std::size_t{1} << 16;
  std::string buffer(piece, '\0');
  while (stream.read(buffer.data(), piece), stream.gcount() > 0)
    text.append(buffer, 0, static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) cannot(std::make_error_code(std::errc::io_error));
  return parse_run(text, path);
}

}  // namespace permdelta

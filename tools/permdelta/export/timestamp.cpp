#include "tools/permdelta/export/timestamp.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace permdelta {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t last_second = 9'223'372'035;

// A text that is read from its front.
class reader {
 public:
  explicit reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool is_empty() const { return text_.empty(); }

  [[nodiscard]] bool take_one_of(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  // A number of so many digits; more of them stay.
  [[nodiscard]] std::optional<std::int64_t> take_digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < most && count < text_.size() && text_[count] >= '0' && text_[count] <= '9')
      ++count;
    if (count < least) return {};
    std::int64_t value = 0;
    std::from_chars(text_.data(), text_.data() + count, value);
    text_.remove_prefix(count);
    return value;
  }

  // Such a number of two digits, if it is no larger.
  [[nodiscard]] std::optional<std::int64_t> take_pair(std::int64_t largest) {
    const auto value = take_digits(2, 2);
    return value && *value <= largest ? value : std::nullopt;
  }

  // `.25` in nanoseconds, 0 if there is none.
  [[nodiscard]] std::optional<std::int64_t> take_fraction() {
    if (!take_one_of(".")) return 0;
    const std::size_t before = text_.size();
    auto value = take_digits(1, 9);
    for (std::size_t digits = before - text_.size(); value && digits < 9; ++digits) *value *= 10;
    return value;
  }

 private:
  std::string_view text_;
};

std::optional<std::int64_t> parse_seconds(reader text) {
  const auto seconds = text.take_digits(1, 10);
  const auto fraction = text.take_fraction();
  if (!seconds || !fraction || !text.is_empty() || *seconds > last_second) return {};
  return *seconds * nanoseconds_per_second + *fraction;
}

// Seconds since 1970.
std::optional<std::int64_t> take_date(reader& text) {
  const auto year = text.take_digits(4, 4);
  if (!year || !text.take_one_of("-")) return {};
  const auto month = text.take_pair(12);
  if (!month || !text.take_one_of("-")) return {};
  const auto day = text.take_pair(31);
  if (!day) return {};
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return {};
  return std::chrono::sys_days(date).time_since_epoch().count() * seconds_per_day;
}

// `01:32`, in seconds.
std::optional<std::int64_t> take_minutes(reader& text, bool needs_colon) {
  const auto hours = text.take_pair(23);
  if (!hours || (!text.take_one_of(":") && needs_colon)) return {};
  const auto minutes = text.take_pair(59);
  if (!minutes) return {};
  return *hours * 3600 + *minutes * 60;
}

std::optional<std::int64_t> parse_date(reader text) {
  auto seconds = take_date(text);
  if (!seconds) return {};
  std::optional<std::int64_t> fraction = 0;
  if (text.take_one_of("T ")) {
    const auto minutes = take_minutes(text, true);
    if (!minutes) return {};
    *seconds += *minutes;
    if (text.take_one_of(":")) {
      const auto rest = text.take_pair(59);
      fraction = text.take_fraction();
      if (!rest || !fraction) return {};
      *seconds += *rest;
    }
    for (const auto& [sign, factor] : {std::pair{"-", 1}, std::pair{"+", -1}}) {
      if (!text.take_one_of(sign)) continue;
      const auto offset = take_minutes(text, false);
      if (!offset || !text.is_empty()) return {};
      *seconds += factor * *offset;
    }
    static_cast<void>(text.take_one_of("Z"));
  }
  if (!text.is_empty() || *seconds < 0 || *seconds > last_second) return {};
  return *seconds * nanoseconds_per_second + *fraction;
}

// `.25`, nothing if it is 0.
std::string fraction_text(std::int64_t nanoseconds) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), ".%09d", static_cast<int>(nanoseconds));
  const std::string_view all = text.data();
  const std::size_t end = all.find_last_not_of("0.");
  return std::string(all.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const auto seconds = parse_seconds(reader(text));
  return seconds ? seconds : parse_date(reader(text));
}

std::string iso_text(std::int64_t nanoseconds) {
  const std::int64_t seconds = nanoseconds / nanoseconds_per_second;
  const std::chrono::sys_days day{std::chrono::days(seconds / seconds_per_day)};
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<int>(seconds % seconds_per_day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), of_day / 3600, of_day / 60 % 60, of_day % 60);
  return text.data() + fraction_text(nanoseconds % nanoseconds_per_second) + 'Z';
}

std::string seconds_text(std::int64_t nanoseconds) {
  return std::to_string(nanoseconds / nanoseconds_per_second) +
         fraction_text(nanoseconds % nanoseconds_per_second);
}

}  // namespace permdelta

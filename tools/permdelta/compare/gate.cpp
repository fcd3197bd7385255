#include "tools/permdelta/compare/gate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "common/usage_error.hpp"
#include "run/display.hpp"

namespace permdelta {
namespace {

constexpr std::string_view every_delta = "delta";

[[noreturn]] void refuse(const std::string& text, const std::string& what) {
  throw usage_error("--fail-on: '" + text + "': " + what +
                    "; allowed: METRIC>CHANGE or METRIC<CHANGE, as time>5%, delta>0, "
                    "max_error_ulp>0, bytes_per_second<-5%, "
                    "'time>2% in layernorm/exact'");
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string number_of(const metric& what, double value) {
  return what.unit == "ns" ? duration(value) : shortest(value) + ' ' + what.unit;
}

std::string percent(double share) {
  return (share < 0 ? "" : "+") + significant(100 * share, 3) + "%";
}

}  // namespace

gate::gate(const std::string& text) : text_(text) {
  std::string_view rest = text;
  const std::size_t in = rest.find(" in ");
  const std::string names(in == std::string_view::npos ? "" : trimmed(rest.substr(in + 4)));
  rest = rest.substr(0, in);
  const std::size_t sign = rest.find_first_of("<>");
  if (sign == std::string_view::npos) refuse(text, "there is neither < nor > in it");
  larger_ = rest[sign] == '>';
  metric_ = trimmed(rest.substr(0, sign));
  if (metric_.empty()) refuse(text, "it names no metric");
  std::string_view number = trimmed(rest.substr(sign + 1));
  relative_ = number.ends_with('%');
  if (relative_) number = trimmed(number.substr(0, number.size() - 1));
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), change_);
  if (error != std::errc{} || end != number.data() + number.size() || !std::isfinite(change_))
    refuse(text, "'" + std::string(number) + "' is not a number");
  if (larger_ ? change_ < 0 : change_ > 0)
    refuse(text, larger_ ? "> takes no negative change"
                         : "< takes no positive change: a drop by 5 % is <-5%");
  if (relative_) change_ /= 100;
  names_.emplace("--fail-on: '" + text + "'", names);
}

bool gate::is_exact() const {
  return metric_ == every_delta || metric_of(metric_).exact;
}

bool gate::is_meant(const metric& what) const {
  return what.name == metric_ ||
         (metric_ == every_delta && what.exact && what.name.find(every_delta) != std::string::npos);
}

bool gate::exceeds(double base, double contender) const noexcept {
  const double limit = relative_ ? base + change_ * std::abs(base) : base + change_;
  return larger_ ? contender > limit : contender < limit;
}

bool gate::is_certain(const measured_change& change) const noexcept {
  if (change.basis == basis::lock_step && !change.bounds) return false;  // too few restarts
  if (change.p && !is_significant(*change.p)) return false;
  return !change.bounds || (larger_ ? change.bounds->low > 1 : change.bounds->high < 1);
}

std::optional<std::string> gate::reason(const compared_row& row, bool& concerned) const {
  const auto measured = [&](const measured_change& change) -> std::optional<std::string> {
    concerned = true;
    // By the ratio, which of sides in lock step is not that of the medians.
    const bool by_ratio = relative_ && !std::isnan(change.ratio);
    const bool met = by_ratio ? exceeds(1, change.ratio) : exceeds(change.base, change.contender);
    if (!met || !is_certain(change)) return {};
    const bool in_pairs = change.basis == basis::lock_step;
    return change.what.name +
           (in_pairs ? std::string(" in pairs")
                     : ' ' + number_of(change.what, change.base) + " -> " +
                           number_of(change.what, change.contender)) +
           (std::isnan(change.ratio) ? "" : " (" + percent(change.ratio - 1) + ")") +
           (!change.is_tested() ? ", without the repetitions to be certain of it"
            : change.basis == basis::repetitions || change.basis == basis::aggregates
                ? ", one run each"
                : "");
  };
  if (metric_ == "time" || metric_ == row.time.what.name) return measured(row.time);
  for (const measured_change& change : row.measured)
    if (change.what.name == metric_) return measured(change);
  for (const std::string& name : row.lost)
    if (is_meant(metric_of(name))) {
      concerned = true;
      return "the contender has no " + name;
    }
  for (const exact_change& change : row.exact)
    if (is_meant(change.what)) {
      concerned = true;
      if (change.varies && larger_) return change.what.name + " varies now";
      if (!exceeds(change.base, change.contender)) continue;
      return change.what.name + ' ' + shortest(change.base) + " -> " + shortest(change.contender);
    }
  return {};
}

std::vector<objection> gate::objections(const comparison& what) const {
  std::vector<objection> found;
  const auto object = [&](const std::string& row, const std::string& why) {
    found.push_back({row, text_ + ": " + (row.empty() ? "" : row + ": ") + why});
  };
  bool concerned = false;
  for (const compared_row& row : what.rows)
    if (names_->keeps(row.name))
      if (const auto why = reason(row, concerned)) object(row.name, *why);
  for (const unpaired_row& row : what.unpaired)
    if (row.lost && names_->keeps(row.name)) object(row.name, row.reason);
  if (!concerned) object("", "no row that is compared has it");
  return found;
}

}  // namespace permdelta

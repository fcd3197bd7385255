#pragma once

/// Conditions that a comparison must not meet: `time>5%`.

#include <optional>
#include <string>
#include <vector>

#include "common/name_filter.hpp"
#include "tools/permdelta/compare/comparison.hpp"

namespace permdelta {

/// Why a gate does not let a comparison through.
struct objection {
  std::string row;   ///< its name; empty if it is not about one
  std::string text;  ///< a line, with the row's name and the gate
};

/// `METRIC>CHANGE` or `METRIC<-CHANGE`, with ` in REGEX` (name_filter.hpp) behind it or not: of the
/// rows whose names match, the contender's number may not be larger (smaller) than the base's by
/// more than the change, a number in the metric's unit, or relative to the base with `%`. METRIC is
/// `time` (the clock that rows are judged by), `delta` (every exact counter with `delta` in its
/// name) or the name of a metric other than `iterations`.
///
/// A measured metric trips the gate only if its interval lies wholly on that side of 1 and p, where
/// there is one, is significant (measured.hpp). Without an interval the number alone decides,
/// except in lock step, where fewer than six restarts never trip it.
class gate {
 public:
  /// Throws usage_error if `text` is no such condition.
  explicit gate(const std::string& text);

  /// Why it does not let a comparison through; empty if it does. A gate that no row has anything to
  /// do with lets nothing through, and neither does a row of the base, or a metric of a row, that
  /// the contender has lost.
  [[nodiscard]] std::vector<objection> objections(const comparison&) const;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Whether it is about an exact counter; else about what is measured.
  [[nodiscard]] bool is_exact() const;

 private:
  [[nodiscard]] std::optional<std::string> reason(const compared_row&, bool& concerned) const;
  [[nodiscard]] bool is_meant(const metric&) const;
  [[nodiscard]] bool exceeds(double base, double contender) const noexcept;
  [[nodiscard]] bool is_certain(const measured_change&) const noexcept;

  std::string text_;
  std::string metric_;
  bool larger_ = true;     // `>`
  double change_ = 0;      // in the metric's unit, or a share
  bool relative_ = false;  // `%`
  std::optional<name_filter> names_;
};

}  // namespace permdelta

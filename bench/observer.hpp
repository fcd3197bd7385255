#pragma once

/// What a study remembers of results in many orders.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/random.hpp"
#include "bench/row_error.hpp"

namespace permdelta {

[[nodiscard]] inline std::uint64_t bits_of(double value) noexcept {
  return std::bit_cast<std::uint64_t>(value);
}
/// How a study's orders are called in messages.
[[nodiscard]] inline std::string order_in_words(std::size_t order) {
  return "order " + std::to_string(order) +
         " (0 is the identity, 1 ascending, 2 descending, the rest random)";
}

/// What a study remembers from one order to the next.
class observer {
 public:
  /// Without tolerances, nothing is called wrong.
  observer(std::span<const double> identity, std::span<const double> correct,
           std::span<const double> tolerances = {})
      : expected_(identity.size()) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < expected_.size(); ++i)
      expected_[i] = {identity[i], correct[i], tolerances.empty() ? infinity : tolerances[i]};
  }

  /// Takes in the outputs of one order: output i belongs to place `place_of(i)` of the input.
  ///
  /// One pass, at random places in `expected_` only, which is what an order costs. The fingerprint
  /// stands for all bits of the outputs in input order: the sum of scrambled words, each made of
  /// one output's bits and its place. (Those of finite elements as doubles, signs of zeros
  /// included, differ where the elements' own do.) A sum can be taken in any order, so nothing is
  /// brought back to its place; and at 129 results, two different ones share it with a probability
  /// of about 2^-51.
  template <class Place>
  void see(std::span<const double> y, Place place_of) {
    double moved = moved_;
    double error = error_;
    double poison = 0;  // NaN once an output is not finite: a maximum would not keep a NaN
    std::size_t off = y.size();
    std::uint64_t fingerprint = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t place = place_of(i);
      const double value = y[i];
      moved = std::max(moved, std::abs(value - expected_[place].identity));
      const double distance = std::abs(value - expected_[place].correct);
      error = std::max(error, distance);
      if (distance > expected_[place].tolerance) off = i;
      poison += value - value;
      fingerprint += scrambled(bits_of(y[i]) + place * golden_ratio);
    }
    if (poison != 0)
      throw row_error("a result is not finite in " + order_in_words(fingerprints_.size()), true);
    if (off < y.size() && !first_wrong_) {
      const expectation& expected = expected_[place_of(off)];
      first_wrong_ = {fingerprints_.size(), off, y[off], expected.correct, expected.tolerance};
    }
    moved_ = moved;
    error_ = error;
    fingerprints_.push_back(fingerprint);
    if (y.size() == 1) {
      lowest_ = std::min(lowest_, y[0]);
      highest_ = std::max(highest_, y[0]);
    }
  }

  /// An output that no order excuses, of the first order that has any.
  struct wrong_output {
    std::size_t order;
    std::size_t index;
    double got;
    double expected;
    double tolerance;
  };
  [[nodiscard]] const std::optional<wrong_output>& first_wrong() const noexcept {
    return first_wrong_;
  }

  /// The largest change against the identity.
  [[nodiscard]] double moved() const noexcept { return moved_; }
  /// The largest change between any two orders, for a single output.
  [[nodiscard]] double range() const noexcept { return highest_ - lowest_; }
  /// The largest distance to the correct outputs.
  [[nodiscard]] double error() const noexcept { return error_; }

  [[nodiscard]] std::size_t distinct() const {
    auto sorted = fingerprints_;
    std::ranges::sort(sorted);
    return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  }

 private:
  struct expectation {
    double identity;
    double correct;
    double tolerance;
  };
  std::vector<expectation> expected_;  // in input order
  std::vector<std::uint64_t> fingerprints_;
  std::optional<wrong_output> first_wrong_;
  double moved_ = 0;
  double error_ = 0;
  double lowest_ = std::numeric_limits<double>::infinity();
  double highest_ = -std::numeric_limits<double>::infinity();
};

/// As a count of ulps; never infinite, which JSON could not say.
[[nodiscard]] inline double in_ulps(double distance, double ulp) noexcept {
  return distance == 0 ? 0 : std::min(distance / ulp, std::numeric_limits<double>::max());
}

}  // namespace permdelta

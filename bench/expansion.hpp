#pragma once

/// The exact sum of doubles.
///
/// The sum is held as an expansion: doubles of increasing magnitude that do not overlap, whose
/// unevaluated sum it is. Adding a double walks through them from the smallest; two_sum splits each
/// step into the rounded sum, which is carried on, and its error, which stays behind if it is not
/// zero (Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric
/// predicates", 1997, grow-expansion; Python's math.fsum is built the same way). Ordinary data need
/// two or three parts, so a sum costs some ten nanoseconds a term.

#include <cmath>
#include <cstddef>
#include <vector>

#include "bench/double_double.hpp"

namespace permdelta {

class expansion {
 public:
  /// Infinities and NaNs turn the sum into what adding them gives; a partial sum beyond the largest
  /// double makes it infinite, even if later terms would have brought it back.
  void add(double x) {
    std::size_t kept = 0;
    for (const double part : parts_) {
      const auto [sum, error] = two_sum(x, part);
      if (error != 0) parts_[kept++] = error;
      x = sum;
    }
    parts_.resize(kept);
    if (!std::isfinite(x)) {
      overflow_ += x;
      parts_.clear();
    } else if (x != 0) {
      parts_.push_back(x);
    }
  }

  /// Adds a product exactly, unless it underflows.
  void add_product(double a, double b) {
    const auto [product, error] = two_product(a, b);
    add(product);
    add(error);
  }

  /// The sum, rounded to nearest even. +0 if it is zero.
  ///
  /// From the largest part down, two_sum's error is zero until the first part that does not fit
  /// into one double with those above. That error decides the rounding, and it has been decided
  /// already unless it is exactly half an ulp; then the parts below it, of which the next has the
  /// sign of all, break the tie. Rounding the error to odd lets one addition do all this.
  [[nodiscard]] double to_double() const noexcept {
    if (overflow_ != 0) return overflow_;
    double_double top;
    std::size_t below = parts_.size();
    while (below > 0 && top.low == 0) top = fast_two_sum(top.high, parts_[--below]);
    return top.high + round_to_odd({top.low, below > 0 ? parts_[below - 1] : 0.0});
  }

  /// The sum to twice the precision: its nearest double, and the double nearest to the rest.
  [[nodiscard]] double_double to_double_double() const {
    const double high = to_double();
    if (!std::isfinite(high)) return {high, 0};
    expansion rest = *this;
    rest.add(-high);
    return {high, rest.to_double()};
  }

 private:
  std::vector<double> parts_;  // no zeros
  double overflow_ = 0;        // infinite or NaN once a term or a partial sum was
};

}  // namespace permdelta

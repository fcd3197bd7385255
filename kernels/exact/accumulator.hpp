#pragma once

/// @file
/// An exact sum that grows: part by part, in several threads or ranks, in any order.
///
/// What is in it is the exact sum of everything that was added, as one large integer
/// (superaccumulator.hpp), so cutting, ordering and merging can't change it, and `round` gives the
/// correctly rounded sum. Blocks go in by the vector kernels of the method `exact`.

#include <cstddef>
#include <span>
#include <type_traits>

#include "../element.hpp"
#include "../export.h"
#include "superaccumulator.hpp"

namespace permdelta {

/// C is double, for sums of double, or float, for sums of float, fp16 and bf16. Up to 2^63 terms.
///
/// An object is a fixed number of bytes and trivially copyable: threads share nothing, and ranks
/// send it as it is (`MPI_BYTE`, `sizeof`) to machines of the same byte order. Two that got the
/// same multiset of terms are the same bytes, whatever came when and through whatever was merged.
/// Nothing allocates or throws; `add` expects rounding to nearest and no flush-to-zero, like every
/// kernel; the caller's floating-point flags are left alone.
template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
class PERMDELTA_EXPORT exact_accumulator {
 public:
  /// Adds one number, or all n of x: what a loop over `add(x[i])` would, at the speed of the method
  /// `exact`.
  /// @{
  void add(C x) noexcept;
  void add(std::span<const C> x) noexcept;
  void add(fp16 x) noexcept requires std::same_as<C, float>;
  void add(std::span<const fp16> x) noexcept requires std::same_as<C, float>;
  void add(bf16 x) noexcept requires std::same_as<C, float>;
  void add(std::span<const bf16> x) noexcept requires std::same_as<C, float>;
  /// @}

  /// Adds everything that was added to the other one.
  void merge(const exact_accumulator& other) noexcept;

  /// Turns the sum into its negative, as if every term had been.
  void negate() noexcept;

  /// The sum, rounded once to the nearest T (double, float, fp16 or bf16), ties to even; infinity
  /// where that overflows. NaN if a NaN was added or both infinities were, an infinity if only
  /// that was; a zero sum is +0, unless every term was -0. +0 where nothing was added.
  template <element T = C>
  [[nodiscard]] T round() const noexcept {
    return round_to<T>(sum_);
  }

  /// Whether no later sum or negation could tell them apart.
  friend bool operator==(const exact_accumulator&, const exact_accumulator&) = default;

 private:
  superaccumulator<C> sum_{};
};

extern template class exact_accumulator<double>;
extern template class exact_accumulator<float>;

}  // namespace permdelta

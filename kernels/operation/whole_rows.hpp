#pragma once

/// A few whole rows for operations.hpp, by the primitives of one kernel.

#include <cstddef>
#include <type_traits>

#include "kernels/element.hpp"
#include "kernels/primitives.hpp"

namespace permdelta {

/// `count` rows, at most Max, of n elements, one after the other.
///
/// An exponential takes some twenty-five operations, so each is kept from the sum to the quotient:
/// in y if y has the type in which it is calculated, else on the stack. Those of two kinds of rows
/// are calculated twice instead: of rows that leave the caches, because writing and reading them
/// once more is more work; and of rows of a narrower type for which the stack has no room, because
/// the row is longer or `sequential` takes several rows side by side.
template <element T, std::size_t Max>
class whole_rows {
 public:
  using compute = compute_t<T>;
  static constexpr std::size_t max_rows = Max;

  /// `far`: the output will have left the caches before it is read.
  whole_rows(const row_primitives<T>& row, const sum_primitives<T>& sums, exact_call* call,
             const T* x, std::size_t count, std::size_t n, bool far, T* y) noexcept
      : row_(row), sums_(sums), call_(call), x_(x), count_(count), n_(n), far_(far), y_(y) {}

  [[nodiscard]] std::size_t count() const noexcept { return Max == 1 ? 1 : count_; }
  [[nodiscard]] std::size_t n() const noexcept { return n_; }

  void sum(terms what, const compute* shifts, compute* sums) const noexcept {
    const auto kind = static_cast<std::size_t>(what);
    sum(x_, sums_.row[kind], sums_.rows[kind], shifts, sums);
  }

  void write_sums() const noexcept {
    if constexpr (!std::is_same_v<T, compute>)
      if (sums_.rounded != nullptr) {
        for (std::size_t r = 0; r < count(); ++r) y_[r] = sums_.rounded(x_ + r * n_, n_, call_);
        return;
      }
    compute sums[Max];
    sum(terms::elements, nullptr, sums);
    write(sums);
  }

  void write(const compute* values) const noexcept {
    for (std::size_t r = 0; r < count(); ++r)
      y_[r] = from_double<T>(static_cast<double>(values[r]));
  }

  void maximum(compute* maxima) const noexcept {
    for (std::size_t r = 0; r < count(); ++r) maxima[r] = row_.maximum(x_ + r * n_, n_);
  }

  void sum_exponentials(const compute* maxima, compute* sums) noexcept {
    if constexpr (std::is_same_v<T, compute>) {
      if (!far_) kept_ = y_;
    } else {
      if (count() * n_ <= max_kept) kept_ = on_stack_;
    }
    if (kept_ == nullptr) return sum(terms::exponentials, maxima, sums);
    for (std::size_t r = 0; r < count(); ++r)
      row_.write_exponentials(x_ + r * n_, n_, maxima[r], kept_ + r * n_);
    sum(kept_, sums_.row_of_kept, sums_.rows_of_kept, maxima, sums);
  }

  void divide_elements(const compute* divisors) const noexcept {
    row_.divide_elements(x_, count(), n_, nullptr, divisors, far_, y_);
  }

  void divide_deviations(const compute* means, const compute* divisors) const noexcept {
    row_.divide_deviations(x_, count(), n_, means, divisors, far_, y_);
  }

  void divide_exponentials(const compute* maxima, const compute* divisors) const noexcept {
    if (kept_ == nullptr)
      row_.divide_exponentials(x_, count(), n_, maxima, divisors, far_, y_);
    else
      row_.divide_kept(kept_, count(), n_, maxima, divisors, false, y_);
  }

 private:
  // As many elements of the narrowest type as most methods are given at a time (run.cpp).
  static constexpr std::size_t max_kept = 8192;

  template <element Number>
  void sum(const Number* x, row_sum<Number> row, rows_sum<Number> rows, const compute* shifts,
           compute* sums) const noexcept {
    if (Max > 1 && rows != nullptr) return rows(x, count(), n_, shifts, sums, call_);
    for (std::size_t r = 0; r < count(); ++r)
      sums[r] = row(x + r * n_, n_, shifts == nullptr ? 0 : shifts[r], call_);
  }

  const row_primitives<T>& row_;
  const sum_primitives<T>& sums_;
  exact_call* call_;  // of `exact`
  const T* x_;
  std::size_t count_;
  std::size_t n_;
  bool far_;
  T* y_;
  compute* kept_ = nullptr;                                      // the exponentials
  compute on_stack_[std::is_same_v<T, compute> ? 1 : max_kept];  // room for them, uninitialised
};

}  // namespace permdelta

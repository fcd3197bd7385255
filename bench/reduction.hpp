#pragma once

/// @file
/// What is measured: one function, of one element type.

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "../kernels/element.hpp"

namespace permdelta {

/// A function of one row that returns its one result, and nothing that would be rounded to it.
template <class Run, class T>
concept one_result_of = std::same_as<std::invoke_result_t<Run&, std::span<const T>>, T>;

/// Reads `rows` rows of equal length, which lie one after the other in x, and writes y: one element
/// a row, or as many as x has. The first row of x and that of y begin on a cache line, the others
/// follow without a gap. Made of a function of one of three forms, which may keep things between
/// its calls, and may throw.
template <element T>
class reduction {
 public:
  /// Of all rows at a time: run(x, rows, y).
  template <std::invocable<std::span<const T>, std::size_t, std::span<T>> Run>
  reduction(Run run) {
    if (!is_null(run)) run_ = std::move(run);
  }

  /// Of one row: run(x, y).
  template <std::invocable<std::span<const T>, std::span<T>> Run>
  reduction(Run run) {
    if (is_null(run)) return;
    run_ = [run = std::move(run)](std::span<const T> x, std::size_t rows, std::span<T> y) mutable {
      const std::size_t n = rows == 0 ? 0 : x.size() / rows;
      const std::size_t results = rows == 0 ? 0 : y.size() / rows;
      for (std::size_t r = 0; r < rows; ++r)
        run(x.subspan(r * n, n), y.subspan(r * results, results));
    };
  }

  /// Of one row, with one result: y = run(x).
  template <one_result_of<T> Run>
  reduction(Run run) {
    if (is_null(run)) return;
    *this = reduction(
        [run = std::move(run)](std::span<const T> x, std::span<T> y) mutable { y[0] = run(x); });
  }

  /// Whether there is a function: that of a null pointer, or of an empty std::function, is none.
  explicit operator bool() const noexcept { return static_cast<bool>(run_); }

  /// Throws std::bad_function_call if there is none.
  void operator()(std::span<const T> x, std::size_t rows, std::span<T> y) const {
    run_(x, rows, y);
  }
  void operator()(std::span<const T> x, std::span<T> y) const { run_(x, 1, y); }

  /// One row in so many contiguous parts, whose sums are combined in their order, as threads would;
  /// empty if it can't be cut. The counter `split_delta_ulp` is made with it.
  std::function<void(std::span<const T> x, std::size_t parts, std::span<T> y)> in_parts;

  /// The same by every instruction set that runs here; empty if there is none but one. The counter
  /// `isa_delta_ulp` is made with it.
  std::vector<reduction> by_isa;

  /// The same on so many threads, more than one; empty if it has one only. The flag `--workers`
  /// asks for it.
  std::function<reduction(std::size_t workers)> on_workers;

  /// The share of its blocks that left its first tier on x; empty if it has no tiers. The counter
  /// `fallback_rate`.
  std::function<double(std::span<const T> x, std::size_t rows)> fallback_rate;

 private:
  template <class Run>
  static bool is_null([[maybe_unused]] const Run& run) {
    if constexpr (std::is_constructible_v<Run, std::nullptr_t>)
      return run == nullptr;
    else
      return false;
  }

  std::function<void(std::span<const T> x, std::size_t rows, std::span<T> y)> run_;
};

}  // namespace permdelta

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
/// its calls, and may throw. What hides the form is the loop over the calls, not each call: a
/// function costs the same in every form, and what is inline is compiled into the loop.
template <element T>
class reduction {
 public:
  /// Of all rows at a time: run(x, rows, y).
  template <std::invocable<std::span<const T>, std::size_t, std::span<T>> Run>
  reduction(Run run) {
    if (is_null(run)) return;
    repeat_ = [run = std::move(run)](std::size_t times, std::span<const T> x, std::size_t rows,
                                     std::span<T> y) mutable {
      call_repeatedly(times, y, [&] { run(x, rows, y); });
    };
  }

  /// Of one row: run(x, y).
  template <std::invocable<std::span<const T>, std::span<T>> Run>
  reduction(Run run) {
    if (!is_null(run)) repeat_ = row_by_row(std::move(run));
  }

  /// Of one row, with one result: y = run(x).
  template <one_result_of<T> Run>
  reduction(Run run) {
    if (is_null(run)) return;
    repeat_ = row_by_row(
        [run = std::move(run)](std::span<const T> x, std::span<T> y) mutable { y[0] = run(x); });
  }

  /// Whether there is a function: that of a null pointer, or of an empty std::function, is none.
  explicit operator bool() const noexcept { return static_cast<bool>(repeat_); }

  /// Throws std::bad_function_call if there is none.
  void operator()(std::span<const T> x, std::size_t rows, std::span<T> y) const {
    repeat_(1, x, rows, y);
  }
  void operator()(std::span<const T> x, std::span<T> y) const { repeat_(1, x, 1, y); }

  /// Calls the function `times` times on the same spans: the loop that is timed.
  void repeat(std::size_t times, std::span<const T> x, std::size_t rows, std::span<T> y) const {
    repeat_(times, x, rows, y);
  }

  /// One row in so many contiguous parts, whose sums are combined in their order, as threads would;
  /// empty if it can't be cut. The counter `split_delta_ulp` is made with it.
  std::function<void(std::span<const T> x, std::size_t parts, std::span<T> y)> in_parts;

  /// The same by every instruction set that runs here; empty if there is none but one. The counter
  /// `isa_delta_ulp` is made with it.
  std::vector<reduction> by_isa;

  /// The same on so many threads, more than one; empty if it has one only. The flag `--workers`
  /// asks for it.
  std::function<reduction(std::size_t workers)> on_workers;

  /// A bound on the error of its sums of n terms, in units of the sum of their magnitudes: of one
  /// in parts and by every instruction set above too. Its results are held to it. If it is empty,
  /// that is (n - 1) u, which holds for every order, but says nothing from n = 1 / u on.
  std::function<double(std::size_t n)> sum_error;

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

  template <class Call>
  static void call_repeatedly(std::size_t times, std::span<T> y, Call call) {
    for (; times != 0; --times) {
      call();
      // As far as the compiler knows, this reads y and changes all memory: no call can be left out,
      // moved or merged with another one.
      asm volatile("" : : "r"(y.data()) : "memory");
    }
  }

  template <class Run>
  static auto row_by_row(Run run) {
    return [run = std::move(run)](std::size_t times, std::span<const T> x, std::size_t rows,
                                  std::span<T> y) mutable {
      if (rows != 1) return call_on_rows(times, x, rows, y, run);
      call_repeatedly(times, y, [&] { run(x, y); });
    };
  }

  // Apart, so that the loop over calls on a single row has the registers for itself.
  template <class Run>
  [[gnu::noinline]] static void call_on_rows(std::size_t times, std::span<const T> x,
                                             std::size_t rows, std::span<T> y, Run& run) {
    const std::size_t n = rows == 0 ? 0 : x.size() / rows;
    const std::size_t results = rows == 0 ? 0 : y.size() / rows;
    call_repeatedly(times, y, [&] {
      for (std::size_t r = 0; r < rows; ++r)
        run(x.subspan(r * n, n), y.subspan(r * results, results));
    });
  }

  std::function<void(std::size_t times, std::span<const T> x, std::size_t rows, std::span<T> y)>
      repeat_;
};

}  // namespace permdelta

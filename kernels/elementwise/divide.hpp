#pragma once

/// The last step of an operation that normalises: all numbers of a row over its divisor.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/elementwise/quotient.hpp"
#include "kernels/elementwise/store.hpp"

namespace permdelta {

/// How long a row has to be for the question whether two operations do: the answer takes some
/// thirty cycles, for which a row alone has to wait.
inline constexpr std::size_t least_among_rows = 512;
inline constexpr std::size_t least_alone = 2048;

/// How the quotients of a row are to be had: all by divisions, or quickly.
enum class division : std::uint8_t { slow, corrected, in_two };

/// The quick way there is for `divisor` (in_two is for rows that are long enough to ask), if any.
template <class Arch, class C>
[[nodiscard]] inline division quickest(const common_divisor<Arch, C>& divisor, bool quick,
                                       bool long_enough) noexcept {
  if (!quick) return division::slow;
  return long_enough && divisor.two_operations_do() ? division::in_two : division::corrected;
}

/// Looks at no numerator: all are known to be large enough for the quick ways.
struct unguarded {
  static constexpr bool needed = false;
};

/// Numerators of any size: those too small for the quick ways, zeros of either sign among them, are
/// divided slowly.
struct guarded {
  static constexpr bool needed = true;
  template <class Vector>
  [[nodiscard]] static Vector size(Vector c) noexcept {
    return xsimd::abs(c);
  }
};

/// Numerators that are not negative: a zero, for which every way gives +0, is large enough.
struct guarded_positive {
  static constexpr bool needed = true;
  template <class Vector>
  [[nodiscard]] static Vector size(Vector c) noexcept {
    return xsimd::select(c == Vector(0), Vector(1), c);
  }
};

/// y_i = c_i / divisor. `far`: past the caches, which spares reading what is overwritten; then
/// native<Arch>::end_streams() is due.
///
/// Inlined, because numerators of three words would come by way of memory, for which a short row
/// waits.
template <class Guard, element T, class Numerators, class Arch = typename Numerators::arch>
[[gnu::always_inline]] inline void divide_row(Numerators c,
                                              const common_divisor<Arch, compute_t<T>>& divisor,
                                              division how, bool far, T* y) noexcept {
  using vector = batch<Arch, compute_t<T>>;
  using out = results<Arch, T>;
  constexpr std::size_t width = vector::size;
  constexpr std::size_t unrolled = 4;
  const std::size_t n = c.size();

  std::size_t i = 0;
  const auto divide_all = [&](auto divided, auto store) __attribute__((always_inline)) {
    for (; i + unrolled * width <= n; i += unrolled * width) {
      if constexpr (!Guard::needed) {
#pragma GCC unroll 4
        for (std::size_t k = 0; k < unrolled; ++k)
          store(divided(c.load(i + k * width)), y + i + k * width);
      } else {
        vector numerators[unrolled];
#pragma GCC unroll 4
        for (std::size_t k = 0; k < unrolled; ++k) numerators[k] = c.load(i + k * width);
        vector least = Guard::size(numerators[0]);
#pragma GCC unroll 4
        for (std::size_t k = 1; k < unrolled; ++k)
          least = xsimd::min(least, Guard::size(numerators[k]));
        if (xsimd::any(least < vector(divisor.least_numerator()))) [[unlikely]] {
#pragma GCC unroll 4
          for (std::size_t k = 0; k < unrolled; ++k)
            store(divisor.slow(numerators[k]), y + i + k * width);
          continue;
        }
#pragma GCC unroll 4
        for (std::size_t k = 0; k < unrolled; ++k) store(divided(numerators[k]), y + i + k * width);
      }
    }
  };
  const auto divide_into = [&](auto store) __attribute__((always_inline)) {
    if (how == division::in_two)
      divide_all([by = divisor](vector v) { return by.in_two(v); }, store);
    else
      divide_all([by = divisor](vector v) { return by.corrected(v); }, store);
  };
  if (how != division::slow) {
    if (far && sizeof(T) == sizeof(compute_t<T>) && n >= 2 * width) {
      if (const std::size_t beside = reinterpret_cast<std::uintptr_t>(y) % sizeof(vector);
          beside != 0) {  // up to where y is aligned, and what is behind it once more
        out::store(divisor.slow(c.load(0)), y);
        i = (sizeof(vector) - beside) / sizeof(T);
      }
      divide_into([](vector v, T* to) { out::stream(v, to); });
    } else {
      divide_into([](vector v, T* to) { out::store(v, to); });
    }
  }
  for (; i + width <= n; i += width) out::store(divisor.slow(c.load(i)), y + i);
  if (i < n) out::store_some(divisor.slow(load_some(c, i, n - i)), n - i, y + i);
}

/// The same for `rows` rows of n elements, 1 to max_rows, of which row(r) gives the numerators.
/// Where those are deviations from `means`, the means tell whether there are quick ways
/// (quotient.hpp); else `means` is null. Each step is made for all rows before the next: from one
/// row alone its quotients would wait for the latency of its divisor. From `min_size` elements on
/// it is worth asking whether two operations do.
template <class Guard, element T, class Row>
[[gnu::always_inline]] inline void divide_rows(std::size_t rows, std::size_t n, Row row,
                                               const compute_t<T>* divisors,
                                               const compute_t<T>* means, std::size_t min_size,
                                               bool far, T* y) noexcept {
  using divisor = common_divisor<typename decltype(row(0))::arch, compute_t<T>>;
  const auto way = [=](const divisor& by, std::size_t r) __attribute__((always_inline)) {
    const bool quick = means == nullptr ? by.is_quick() : by.is_quick_around(means[r]);
    return quickest(by, quick, n >= min_size);
  };
  // The first row's in registers: one alone would wait for its way through memory.
  divisor by(divisors[0]);
  divisor others[max_rows];
  for (std::size_t r = 1; r < rows; ++r) others[r] = divisor(divisors[r]);
  division how = way(by, 0);
  division other_ways[max_rows];
  for (std::size_t r = 1; r < rows; ++r) other_ways[r] = way(others[r], r);
  for (std::size_t r = 0; r < rows;) {
    divide_row<Guard, T>(row(r), by, how, far, y + r * n);
    if (++r == rows) break;
    by = others[r];
    how = other_ways[r];
  }
}

}  // namespace permdelta

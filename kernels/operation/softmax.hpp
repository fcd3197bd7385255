#pragma once

#include <cstddef>

#include "kernels/fold.hpp"
#include "kernels/operation/divide.hpp"
#include "kernels/operation/rows.hpp"

namespace permdelta {

/// The largest number of a source; NaN if there is one, -infinity of none.
template <class Source>
[[nodiscard]] inline typename Source::compute largest_of(Source source) noexcept {
  using C = typename Source::compute;
  using vector = batch_of<Source>;
  constexpr std::size_t width = Source::width;
  constexpr std::size_t unrolled = 4;
  const std::size_t n = source.size();
  C largest = -static_cast<C>(__builtin_huge_val());
  std::size_t i = 0;
  if (n >= width) {
    vector most[unrolled];
    for (auto& m : most) m = vector(largest);
    auto is_number = most[0] == most[0];
    const auto look = [&](vector x, vector & m) __attribute__((always_inline)) {
      is_number = is_number & (x == x);  // some versions of != say no of a NaN
      m = xsimd::max(m, x);
    };
    for (; i + unrolled * width <= n; i += unrolled * width)
#pragma GCC unroll 4
      for (std::size_t k = 0; k < unrolled; ++k) look(source.load(i + k * width), most[k]);
    for (; i + width <= n; i += width) look(source.load(i), most[0]);
    // The last batch again, as far as it has been seen.
    if (i < n) look(source.load(n - width), most[0]);
    if (!xsimd::all(is_number)) return static_cast<C>(__builtin_nan(""));
    const auto max = [](vector v, vector w) noexcept { return xsimd::max(v, w); };
    return native<typename Source::arch>::first(
        fold_batch<native<typename Source::arch>, width / 2>(fold_batches<unrolled>(most, max),
                                                             max));
  }
  for (; i < n; ++i) {
    const C x = source.at(i);
    if (x != x) return x;
    largest = x > largest ? x : largest;
  }
  return largest;
}

/// `softmax`:
///   e_i = exp(x_i - max x);  y_i = T( e_i / S(e) )
/// with the exponential of exponential.hpp. Where one of the x is -infinity its y is 0; where all
/// are, or one is +infinity or NaN, all y are NaN.
///
/// An exponential is some twenty-five operations, so it is kept from the sum to the quotient: in y,
/// where y has the type it is calculated in, else on the stack. Rows that leave the caches are
/// calculated twice instead, which is less work than to write and read them twice more; and so are
/// those of a narrower type that the stack has no room for: of a longer row, or of rows that
/// `sequential` has side by side.
struct softmax_operation {
  static constexpr permdelta::operation operation = permdelta::operation::softmax;

  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double /*eps*/) noexcept {
    using C = compute_t<T>;
    if (x.n == 0) return;
    C largest[most_rows];
    for (std::size_t r = 0; r < x.count; ++r) largest[r] = largest_of(x[r]);
    if constexpr (std::is_same_v<T, C>) {
      if (!x.far) return run_keeping<Arch, T>(method, x, largest, y, y);
    } else if (x.count * x.n <= most_kept) {
      C kept[most_kept];
      return run_keeping<Arch, T>(method, x, largest, kept, y);
    }
    C sum[most_rows];
    sum_rows<Arch>(
        method, x.count, [&](std::size_t r) { return exponentials(x[r], largest[r]); }, sum);
    for (std::size_t r = 0; r < x.count; ++r) finish(x[r], largest[r], sum[r], x.far, y + r * x.n);
  }

  /// y_i = exp(x_i - largest) / sum.
  template <class Arch, element T>
  static void finish(elements<Arch, T> x, compute_t<T> largest, compute_t<T> sum, bool far,
                     T* y) noexcept {
    divide(exponentials(x, largest), sum, far, y);
  }

 private:
  // As many elements of the narrowest type as most methods are given at a time (isa/table.hpp).
  static constexpr std::size_t most_kept = 8192;

  // The same with all exponentials written to `kept`, which may be y.
  template <class Arch, element T>
  [[gnu::always_inline]] static void run_keeping(auto& method, few_rows<Arch, T> x,
                                                 const compute_t<T>* largest, compute_t<T>* kept,
                                                 T* y) noexcept {
    using C = compute_t<T>;
    const auto row = [&](std::size_t r) {
      return transformed<elements<Arch, C>, kept_exponential<Arch, C>>{{kept + r * x.n, x.n},
                                                                       {largest[r]}};
    };
    C sum[most_rows];
    for (std::size_t r = 0; r < x.count; ++r) write_exponentials(x[r], largest[r], kept + r * x.n);
    sum_rows<Arch>(method, x.count, row, sum);
    for (std::size_t r = 0; r < x.count; ++r) divide(row(r), sum[r], false, y + r * x.n);
  }

  // exp(x_i - largest). Four at a time, because one is a chain of twenty operations.
  template <class Arch, element T>
  static void write_exponentials(elements<Arch, T> x, compute_t<T> largest,
                                 compute_t<T>* to) noexcept {
    using vector = batch<Arch, compute_t<T>>;
    constexpr std::size_t width = vector::size;
    constexpr std::size_t unrolled = 4;
    std::size_t i = 0;
    for (; i + unrolled * width <= x.n; i += unrolled * width) {
      vector e[unrolled];
#pragma GCC unroll 4
      for (std::size_t k = 0; k < unrolled; ++k)
        e[k] = exponential<Arch>::of(x.load(i + k * width) - vector(largest));
#pragma GCC unroll 4
      for (std::size_t k = 0; k < unrolled; ++k) e[k].store_unaligned(to + i + k * width);
    }
    for (; i + width <= x.n; i += width)
      exponential<Arch>::of(x.load(i) - vector(largest)).store_unaligned(to + i);
    if (i < x.n)
      results<Arch, compute_t<T>>::store_some(load_some(exponentials(x, largest), i, x.n - i),
                                              x.n - i, to + i);
  }

  template <class Source, element T>
  [[gnu::always_inline]] static void divide(Source numerators, typename Source::compute sum,
                                            bool far, T* y) noexcept {
    const common_divisor<typename Source::arch, typename Source::compute> by(sum);
    divide_row<guarded_positive, T>(
        numerators, by, quickest(by, by.is_quick(), numerators.size() >= least_among_rows), far, y);
  }

  template <class Arch, element T>
  [[nodiscard]] static auto exponentials(elements<Arch, T> x, compute_t<T> largest) noexcept {
    using function = shifted_exponential<Arch, compute_t<T>>;
    return transformed<elements<Arch, T>, function>{x, {largest}};
  }
};

}  // namespace permdelta

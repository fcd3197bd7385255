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
/// The exponentials are not kept from the sum to the quotients: that would take memory that T may
/// have no room for.
struct softmax_operation {
  static constexpr permdelta::operation operation = permdelta::operation::softmax;

  template <class Arch, element T>
  [[gnu::always_inline]] static void run(auto& method, few_rows<Arch, T> x, T* y,
                                         double /*eps*/) noexcept {
    using C = compute_t<T>;
    if (x.n == 0) return;
    C largest[most_rows];
    C sum[most_rows];
    for (std::size_t r = 0; r < x.count; ++r) largest[r] = largest_of(x[r]);
    sum_rows<Arch>(
        method, x.count, [&](std::size_t r) { return exponentials(x[r], largest[r]); }, sum);
    for (std::size_t r = 0; r < x.count; ++r) finish(x[r], largest[r], sum[r], x.far, y + r * x.n);
  }

  /// y_i = exp(x_i - largest) / sum.
  template <class Arch, element T>
  static void finish(elements<Arch, T> x, compute_t<T> largest, compute_t<T> sum, bool far,
                     T* y) noexcept {
    const common_divisor<Arch, compute_t<T>> by(sum);
    divide_row<guarded_positive, T>(exponentials(x, largest), by,
                                    quickest(by, by.is_quick(), x.n >= least_among_rows), far, y);
  }

 private:
  template <class Arch, element T>
  [[nodiscard]] static auto exponentials(elements<Arch, T> x, compute_t<T> largest) noexcept {
    using function = shifted_exponential<Arch, compute_t<T>>;
    return transformed<elements<Arch, T>, function>{x, {largest}};
  }
};

}  // namespace permdelta

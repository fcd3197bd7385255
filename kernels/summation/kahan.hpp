#pragma once

/// `kahan`: compensated summation (Kahan 1965), in lanes.
///
/// Each lane keeps a sum s and a compensation c: the part that rounding added to s and that is
/// still to be taken away, so that s - c is the lane's value. A step is
///     y = x - c;  t = s + y;  c = (t - s) - y;  s = t
/// and each lane's error stays within (2u + O(n u^2)) sum|x|, whatever n. The lanes are folded
/// without giving that away: two pairs add up to s = s1 + s2, whose rounding error e is found
/// exactly (Knuth's TwoSum), and c = (c1 + c2) - e. The result is s - c.
///
/// An infinite input gives NaN, as it does in every compensated sum: infinity minus infinity is in
/// the step.

#include <cstddef>

#include "kernels/fold.hpp"
#include "kernels/source.hpp"

namespace permdelta {

struct kahan {
  static constexpr permdelta::method method = permdelta::method::kahan;

  /// A step is a chain of four dependent additions, so many must be in flight; each takes two
  /// registers.
  template <class Arch>
  static constexpr std::size_t registers = native<Arch>::registers >= 32 ? 8 : 6;

  template <class Arch, class C>
  static constexpr int lanes = static_cast<int>(registers<Arch>) *
                               static_cast<int>(batch<Arch, C>::size);

  /// Once u for the roundings of y, once for that of s - c. What the compensations themselves lose
  /// is of second order: some constant times u^2 for each element of a lane (Higham, section 4.3),
  /// and there are 12 lanes or more to share the n elements.
  static double error_bound(std::size_t n, int /*lanes*/, double u) noexcept {
    return n < 2 ? 0.0 : 2 * u + static_cast<double>(n) * u * u;
  }

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source) noexcept {
    using C = typename Source::compute;
    using pair = compensated<Source>;
    constexpr std::size_t width = Source::width;
    constexpr std::size_t count = registers<typename Source::arch>;
    const std::size_t n = source.size();
    if (n == 0) return C{0};

    pair pairs[count];
    for (auto& p : pairs) p = {batch_of<Source>(nothing<C>), batch_of<Source>(C{0})};
    std::size_t i = 0;
    for (; i + count * width <= n; i += count * width)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < count; ++k) pairs[k] = step(pairs[k], source.load(i + k * width));

    if (i < n) {
      const std::size_t whole = (n - i) / width;
      const std::size_t rest = (n - i) % width;
      // A lane without an element does not step: its compensation would be spent early.
      const auto takes_part = first_lanes<typename Source::arch, C>(rest);
      const auto some = load_some(source, n - rest, rest);
#pragma GCC unroll 8
      for (std::size_t k = 0; k < count; ++k) {
        if (k < whole) pairs[k] = step(pairs[k], source.load(i + k * width));
        if (k == whole) {
          const pair stepped = step(pairs[k], some);
          pairs[k] = {xsimd::select(takes_part, stepped.sum, pairs[k].sum),
                      xsimd::select(takes_part, stepped.compensation, pairs[k].compensation)};
        }
      }
    }

    const auto add = [](pair a, pair b) noexcept { return merge(a, b); };
    const pair total = fold_lanes<width / 2>(fold_batches<count>(pairs, add), add);
    return native<typename Source::arch>::first(total.sum - total.compensation);
  }

 private:
  template <class Source>
  struct compensated {
    batch_of<Source> sum;
    batch_of<Source> compensation;

    template <std::size_t H>
    [[nodiscard]] compensated upper() const noexcept {
      using lanes = native<typename Source::arch>;
      return {lanes::template upper<H>(sum), lanes::template upper<H>(compensation)};
    }
  };

  template <class Source>
  [[nodiscard]] static compensated<Source> step(compensated<Source> p,
                                                batch_of<Source> x) noexcept {
    const auto y = subtract_elsewhere<Source>(x, p.compensation);
    const auto t = p.sum + y;
    return {t, subtract_elsewhere<Source>(t, p.sum) - y};
  }

  // v - w on the multipliers: w * (-1) + v is rounded once, to the same bits. A step issues four
  // additions for one load; where multipliers add on pipes of their own, they take half of them.
  template <class Source>
  [[nodiscard]] static batch_of<Source> subtract_elsewhere(batch_of<Source> v,
                                                           batch_of<Source> w) noexcept {
    using C = typename Source::compute;
    using simd = native<typename Source::arch>;
    if constexpr (simd::multipliers_add_too)
      return simd::multiply_add(w, batch_of<Source>(C{-1}), v);
    else
      return v - w;
  }

  template <class Source>
  [[nodiscard]] static compensated<Source> merge(compensated<Source> a,
                                                 compensated<Source> b) noexcept {
    const auto sum = a.sum + b.sum;
    const auto b_seen = sum - a.sum;
    const auto error = (a.sum - (sum - b_seen)) + (b.sum - b_seen);
    return {sum, (a.compensation + b.compensation) - error};
  }
};

}  // namespace permdelta

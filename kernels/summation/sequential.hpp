#pragma once

/// `sequential`: strictly from left to right, one accumulator.
///
/// The order is the definition, so the additions form one chain and cost an addition's latency
/// each. What order does not touch (widening, centring, squaring) still runs a batch at a time.

#include <cstddef>

#include "kernels/source.hpp"
#include "kernels/summation/bound.hpp"

namespace permdelta {

struct sequential {
  static constexpr permdelta::method method = permdelta::method::sequential;

  template <class Arch, class C>
  static constexpr int lanes = 1;

  /// The first element goes through n - 1 additions.
  static double error_bound(std::size_t n, int /*lanes*/, double u) noexcept {
    return n < 2 ? 0.0 : gamma_bound(static_cast<double>(n - 1), u);
  }

  template <class Source>
  [[nodiscard]] static typename Source::compute sum(Source source) noexcept {
    using C = typename Source::compute;
    constexpr std::size_t width = Source::width;
    const std::size_t n = source.size();
    if (n == 0) return C{0};

    C sum = nothing<C>;
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
      alignas(64) C numbers[width];
      source.load(i).store_aligned(numbers);
      for (std::size_t k = 0; k < width; ++k) sum += numbers[k];
    }
    for (; i < n; ++i) sum += source.at(i);
    return sum;
  }
};

}  // namespace permdelta

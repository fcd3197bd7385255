#pragma once

/// `sequential`: strictly from left to right, one accumulator.
///
/// The order is the definition, so the additions form one chain and cost an addition's latency
/// each. What order does not touch (widening, centring, squaring) still runs a batch at a time; and
/// many rows have a chain each, which go side by side, a row a lane.

#include <cstddef>

#include "kernels/source.hpp"
#include "kernels/summation/bound.hpp"
#include "kernels/transpose.hpp"

namespace permdelta {

struct sequential {
  static constexpr permdelta::method method = permdelta::method::sequential;

  template <class Arch, class C>
  static constexpr int lanes = 1;

  /// The first element goes through n - 1 additions.
  static double error_bound(std::size_t n, int /*lanes*/, double u) noexcept {
    return chain_bound(n, static_cast<double>(n) - 1, u);
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

  /// As many rows as it likes to be given at a time.
  template <class Arch, class C>
  static constexpr std::size_t rows_at_a_time = batch<Arch, C>::size;

  /// Of `count` sources of one length, of which row(r) is one.
  template <class Row, class C>
  static void sums(std::size_t count, Row row, C* result) noexcept {
    constexpr std::size_t width = decltype(row(0))::width;
    if (count == 1) {
      *result = sum(row(0));
      return;
    }
    for (std::size_t r = 0; r < count; r += width) {
      const std::size_t left = count - r;
      C lanes[width];  // where rows are missing, the first of them again
      sums_side_by_side<decltype(row(0))>([&](std::size_t k) { return row(k < left ? r + k : r); },
                                          lanes);
      for (std::size_t k = 0; k < width && k < left; ++k) result[r + k] = lanes[k];
    }
  }

 private:
  // Of as many as a batch has lanes.
  template <class Source, class Row, class C>
  static void sums_side_by_side(Row row, C* result) noexcept {
    using arch = typename Source::arch;
    using vector = batch_of<Source>;
    constexpr std::size_t width = Source::width;
    const std::size_t n = row(0).size();
    vector sums(n == 0 ? C{0} : nothing<C>);
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
      vector columns[width];
      for (std::size_t k = 0; k < width; ++k) columns[k] = row(k).load(i);
      transpose<width / 2, arch, C>(columns);
      for (std::size_t k = 0; k < width; ++k) sums += columns[k];
    }
    for (; i < n; ++i) {
      alignas(64) C column[width];
      for (std::size_t k = 0; k < width; ++k) column[k] = row(k).at(i);
      sums += vector::load_aligned(column);
    }
    sums.store_unaligned(result);
  }
};

}  // namespace permdelta

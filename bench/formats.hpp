#pragma once

/// The element types as what judges their kernels sees them. It calculates with doubles, each of
/// which is an element exactly, and asks two formats for what differs.

#include <algorithm>
#include <span>
#include <vector>

#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// Elements are kept in one and added up in the other.
struct formats {
  format storage;
  format compute;

  [[nodiscard]] bool are_one() const noexcept { return storage.digits == compute.digits; }
};

[[nodiscard]] const formats& formats_of(element_type) noexcept;

/// `value` rounded once to a format, to nearest even.
[[nodiscard]] double rounded(double value, const format& to) noexcept;

/// The distance from |value| to the next larger number of the format's precision (subnormal spacing
/// at the bottom).
[[nodiscard]] double ulp_at(double value, const format& in) noexcept;

/// Elements as doubles. The sizes are equal.
template <element T>
void widen(std::span<const T> x, std::span<double> values) noexcept {
  std::ranges::transform(x, values.begin(), [](T element) { return to_double(element); });
}
template <element T>
[[nodiscard]] std::vector<double> widened(std::span<const T> x) {
  std::vector<double> values(x.size());
  widen<T>(x, values);
  return values;
}

/// Doubles as elements, each rounded if it is none. The sizes are equal.
template <element T>
void narrow(std::span<const double> values, std::span<T> x) noexcept {
  std::ranges::transform(values, x.begin(), from_double<T>);
}

}  // namespace permdelta

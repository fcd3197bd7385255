#pragma once

/// The element types as seen by the code that judges kernels. That code calculates with doubles,
/// which represent every element exactly, and asks two formats for what differs between the types.

#include <algorithm>
#include <span>
#include <vector>

#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// Elements are stored in `storage` and added up in `compute`.
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

/// Converts doubles to elements, rounding those that are not elements. The sizes are equal.
template <element T>
void narrow(std::span<const double> values, std::span<T> x) noexcept {
  std::ranges::transform(values, x.begin(), from_double<T>);
}

}  // namespace permdelta

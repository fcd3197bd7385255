#pragma once

/// The middle of a sample. The order of its elements moves no bit of any result.

#include <span>

namespace permdelta {

/// The middle element, or the mean of the middle two, which does not overflow. Throws
/// std::invalid_argument unless the sample has elements, all of them finite.
[[nodiscard]] double median(std::span<const double> sample);

/// The n-th root of the product, by way of logarithms. Throws std::invalid_argument unless the
/// sample has elements, all of them positive and finite.
[[nodiscard]] double geometric_mean(std::span<const double> sample);

}  // namespace permdelta

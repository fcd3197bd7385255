#pragma once

/// The distribution of the median of a sample drawn with replacement from a sample: with which
/// probability it is what. No number of either sample enters, only how many there are.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace permdelta {

/// The median is the mean of the elements that stand at `first` <= `second`, counted from 0, in
/// the ascending order of the sample; of an odd number these two are one.
struct median_weight {
  std::uint32_t first;
  std::uint32_t second;
  double probability;
};

/// The medians of n elements drawn from n, n >= 1, by ascending places. Left out are those of
/// probability below 1e-20; the others add up to 1 within 1e-13 for n <= 1000. They are
/// calculated once for an n; then they stay where they are, for every thread.
[[nodiscard]] const std::vector<median_weight>& median_weights(std::size_t n);

}  // namespace permdelta

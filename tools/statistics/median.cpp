#include "tools/statistics/median.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "tools/statistics/sample.hpp"

namespace permdelta {

double median(std::span<const double> sample) {
  require(sample, allowed::finite, "median: the sample");
  std::vector<double> x(sample.begin(), sample.end());
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  if (x.size() % 2 != 0) return *middle;
  return std::midpoint(*std::max_element(x.begin(), middle), *middle);
}

double geometric_mean(std::span<const double> sample) {
  require(sample, allowed::positive, "geometric_mean: the sample");
  std::vector<double> logarithms;
  logarithms.reserve(sample.size());
  for (const double x : sample) logarithms.push_back(std::log(x));
  // Their sum would be another one in another order.
  std::ranges::sort(logarithms);
  return std::exp(std::accumulate(logarithms.begin(), logarithms.end(), 0.0) /
                  static_cast<double>(sample.size()));
}

}  // namespace permdelta

#include "tools/statistics/sample.hpp"

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace permdelta {

void require(std::span<const double> sample, allowed kind, const char* name) {
  if (sample.empty()) throw std::invalid_argument(std::string(name) + " is empty");
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (std::isfinite(sample[i]) && (kind == allowed::finite || sample[i] > 0)) continue;
    throw std::invalid_argument(std::string(name) + "[" + std::to_string(i) + "] is not a " +
                                (kind == allowed::positive ? "positive " : "") + "finite number");
  }
}

}  // namespace permdelta

#include "bench/spread.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "bench/row_error.hpp"

namespace permdelta {

void spread::see(std::span<const double> y, const char* what) {
  const bool first = outputs_.empty();
  if (first) outputs_.resize(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double value = y[i];
    if (!std::isfinite(value)) throw row_error(std::string("a result is not finite ") + what, true);
    range& seen = outputs_[i];
    seen =
        first ? range{value, value} : range{std::min(seen.low, value), std::max(seen.high, value)};
  }
}

double spread::largest() const noexcept {
  double most = 0;
  for (const range& seen : outputs_) most = std::max(most, seen.high - seen.low);
  return most;
}

}  // namespace permdelta

#include "bench/spread.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "bench/row_error.hpp"

namespace permdelta {

template <element T>
void spread::see(std::span<const T> y, const char* what) {
  const bool first = outputs_.empty();
  if (first) outputs_.resize(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double value = to_double(y[i]);
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

template void spread::see<double>(std::span<const double>, const char*);
template void spread::see<float>(std::span<const float>, const char*);
template void spread::see<fp16>(std::span<const fp16>, const char*);
template void spread::see<bf16>(std::span<const bf16>, const char*);

}  // namespace permdelta

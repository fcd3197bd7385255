/// A kernel of one's own beside the built-in ones: layernorm by Welford's algorithm, which has mean
/// and variance of a row after reading it once (B. P. Welford, Technometrics 4, 1962).

#include <permdelta/bench/harness.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace {

template <class T>
void welford(std::span<const T> x, std::span<T> y) {
  T mean = 0;
  T squares = 0;  // sum (x - mean)^2 so far
  T count = 0;
  for (const T value : x) {
    count += 1;
    const T from_old = value - mean;
    mean += from_old / count;
    squares += from_old * (value - mean);
  }
  const T divisor = std::sqrt(squares / count) + T(1e-6);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = (x[i] - mean) / divisor;
}

}  // namespace

int main(int argc, char** argv) {
  const permdelta::task layernorm(permdelta::operation::layernorm, permdelta::eps_place::after_root,
                                  permdelta::sums::updated);
  permdelta::register_kernel<float>("welford", layernorm, welford<float>);
  permdelta::register_kernel<double>("welford", layernorm, welford<double>);
  return permdelta::bench_main(argc, argv);
}

/// An operation that permdelta does not know, by another library and by hand: the Euclidean norm,
/// with a reference of its own.

#include <permdelta/bench/harness.hpp>
#include <permdelta/kernels/permdelta.hpp>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace {

/// Exact but for the root and the last rounding: scaled by a power of two, each square is a double
/// and what it was rounded by, and `exact` adds them.
///
/// A kernel's sum of n squares is within n u of the exact one, relatively, for every n and in any
/// order (Jeannerod and Rump, 2013), and the root does not make that more; the root itself is
/// another rounding. Each square may lose half a subnormal number besides, and
/// sqrt(a + b) <= sqrt(a) + sqrt(b).
permdelta::exact_results norm(std::span<const double> x, const permdelta::format& compute) {
  double largest = 0;
  for (const double value : x) largest = std::max(largest, std::abs(value));
  if (largest == 0) return {.values = {0}, .tolerances = {0}};

  const int exponent = std::ilogb(largest);
  permdelta::exact_accumulator<double> squares;
  for (const double value : x) {
    const double scaled = std::ldexp(value, -exponent);
    const double square = scaled * scaled;
    const double parts[] = {square, std::fma(scaled, scaled, -square)};
    squares.add(parts);
  }
  const double exact = std::ldexp(std::sqrt(squares.round()), exponent);

  const double n = static_cast<double>(x.size());
  const double u = std::ldexp(1.0, -compute.digits);
  const double least = std::ldexp(1.0, compute.min_exponent - compute.digits + 1);
  const double root_of_most = std::ldexp(1.0, (compute.max_exponent + 1) / 2);
  return {.values = {exact},
          .tolerances = {exact * (n + 1) * u + std::sqrt(n * least)},
          .sums_fit = 2 * exact * std::sqrt(1 + n * u) < root_of_most};
}

template <class T>
T by_eigen(std::span<const T> x) {
  return Eigen::Map<const Eigen::Vector<T, Eigen::Dynamic>>(x.data(),
                                                            static_cast<Eigen::Index>(x.size()))
      .norm();
}

template <class T>
T by_hand(std::span<const T> x) {
  T sum = 0;
  for (const T value : x) sum += value * value;
  return std::sqrt(sum);
}

template <class T>
void register_norms(const permdelta::task& what) {
  permdelta::register_kernel({.task = what,
                              .method = "eigen",
                              .run = permdelta::reduction<T>(by_eigen<T>),
                              .library = "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + '.' +
                                         std::to_string(EIGEN_MAJOR_VERSION) + '.' +
                                         std::to_string(EIGEN_MINOR_VERSION)});
  permdelta::register_kernel<T>("loop", what, by_hand<T>);
}

}  // namespace

int main(int argc, char** argv) {
  const permdelta::task what("norm", permdelta::outputs::one, norm);
  register_norms<float>(what);
  register_norms<double>(what);
  return permdelta::bench_main(argc, argv);
}

/// An operation that permdelta does not know, by another library and by hand: the Euclidean norm,
/// with a reference of its own.

#include <permdelta/bench/harness.hpp>
#include <permdelta/kernels/permdelta.hpp>

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace {

/// In double-double, that is exact but for the root: each square is a double and what it was
/// rounded by, and `exact` adds them.
///
/// A kernel rounds each square, n - 1 additions and the root: n + 1 roundings of a sum of positive
/// terms, halved by the root, so (n / 2 + 2) u covers them, u^2 included, as long as n u is small.
permdelta::exact_results norm(std::span<const double> x, double u) {
  permdelta::exact_accumulator<double> squares;
  for (const double value : x) {
    const double square = value * value;
    const double parts[] = {square, std::fma(value, value, -square)};
    squares.add(parts);
  }
  const double exact = std::sqrt(squares.round());
  return {.values = {exact}, .tolerances = {exact * u * (static_cast<double>(x.size()) / 2 + 2)}};
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

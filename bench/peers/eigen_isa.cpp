/// Compiled once for each instruction set, with its flags. Eigen's names do not say which, and the
/// linker would keep one copy of each for all: so each has a namespace of its own.

#define PERMDELTA_JOINED(a, b) a##b
#define PERMDELTA_JOIN(a, b) PERMDELTA_JOINED(a, b)
#define Eigen PERMDELTA_JOIN(Eigen_for_, PERMDELTA_ISA)
#define EIGEN_NO_DEBUG
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

#include "bench/peers/eigen_isa.hpp"

namespace permdelta {
namespace {

template <class T>
auto mapped(const T* x, std::size_t n) {
  return Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(x, static_cast<Eigen::Index>(n));
}

template <class T>
T sum(const T* x, std::size_t n) {
  return mapped(x, n).sum();
}

template <class T>
T mean(const T* x, std::size_t n) {
  return mapped(x, n).mean();
}

}  // namespace

constinit const eigen_functions PERMDELTA_JOIN(eigen_, PERMDELTA_ISA){sum<double>, mean<double>,
                                                                      sum<float>, mean<float>};

}  // namespace permdelta

#include <cblas.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "bench/aligned.hpp"
#include "bench/harness.hpp"
#include "bench/peers/peers.hpp"

/// `openblas`: BLAS has no sum, so people take the dot product with a vector of ones, which reads
/// twice as much. Each product is exact; the order is the library's own.

namespace permdelta {
namespace {

constexpr std::size_t longest = std::size_t{1} << 30;  // blasint may have 32 bits

// Long enough a vector of ones, which lives as long as the program.
template <class T>
const T* ones(std::size_t n) {
  static aligned_vector<T> vector;
  if (vector.size() < n) vector.resize(n, T{1});
  return vector.data();
}

double dot(std::size_t n, const double* x, const double* y) {
  return cblas_ddot(static_cast<blasint>(n), x, 1, y, 1);
}
float dot(std::size_t n, const float* x, const float* y) {
  return cblas_sdot(static_cast<blasint>(n), x, 1, y, 1);
}

// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": the first two words.
std::string version() {
  const std::string configuration = openblas_get_config();
  return "OpenBLAS " + configuration.substr(9, configuration.find(' ', 9) - 9);
}

template <class T>
void register_sum() {
  register_kernel({.task = operation::sum,
                   .method = "openblas",
                   .run = reduction<T>([](std::span<const T> x) {
                     T sum = 0;
                     for (std::size_t i = 0; i < x.size(); i += longest) {
                       const std::size_t n = std::min(x.size() - i, longest);
                       sum += dot(n, x.data() + i, ones<T>(n));
                     }
                     return sum;
                   }),
                   .library = version()});
}

}  // namespace

void register_openblas() {
  openblas_set_num_threads(1);
  register_sum<double>();
  register_sum<float>();
}

}  // namespace permdelta

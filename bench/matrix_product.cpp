#include "bench/matrix_product.hpp"

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

namespace permdelta {
namespace {

template <class C>
void multiply(const C* a, const C* b, C* c, std::size_t rows, std::size_t inner,
              std::size_t columns) {
  // Eigen asks the processor, and how it cuts sums depends on the answer.
  static const bool fixed = (Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 8 << 20), true);
  static_cast<void>(fixed);
  using matrix = Eigen::Matrix<C, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto index = [](std::size_t n) { return static_cast<Eigen::Index>(n); };
  const Eigen::Map<const matrix> left(a, index(rows), index(inner));
  const Eigen::Map<const matrix> right(b, index(inner), index(columns));
  Eigen::Map<matrix>(c, index(rows), index(columns)).noalias() = left * right;
}

}  // namespace

void matrix_product(const double* a, const double* b, double* c, std::size_t rows,
                    std::size_t inner, std::size_t columns) {
  multiply(a, b, c, rows, inner, columns);
}
void matrix_product(const float* a, const float* b, float* c, std::size_t rows, std::size_t inner,
                    std::size_t columns) {
  multiply(a, b, c, rows, inner, columns);
}

std::string matrix_product_library() {
  return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + '.' +
         std::to_string(EIGEN_MAJOR_VERSION) + '.' + std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace permdelta

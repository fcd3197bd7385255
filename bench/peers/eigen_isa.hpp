#pragma once

#include <cstddef>

namespace permdelta {

/// Eigen's reductions, compiled for one instruction set.
struct eigen_functions {
  double (*sum_of_doubles)(const double*, std::size_t);
  double (*mean_of_doubles)(const double*, std::size_t);
  float (*sum_of_floats)(const float*, std::size_t);
  float (*mean_of_floats)(const float*, std::size_t);
};

extern const eigen_functions eigen_sse2;
extern const eigen_functions eigen_avx2;
extern const eigen_functions eigen_avx512;
extern const eigen_functions eigen_neon64;

}  // namespace permdelta

#include <array>

#include "bench/harness.hpp"
#include "bench/peers/eigen_isa.hpp"
#include "bench/peers/peers.hpp"
#include "kernels/catalog.hpp"

/// `eigen`: the sum and the mean of a mapped array, compiled for every instruction set that the
/// kernels are compiled for.

namespace permdelta {
namespace {

const eigen_functions& functions_of(isa which) {
  switch (which) {
#ifdef PERMDELTA_HAS_SSE2
    case isa::sse2:
      return eigen_sse2;
#endif
#ifdef PERMDELTA_HAS_AVX2
    case isa::avx2:
      return eigen_avx2;
#endif
#ifdef PERMDELTA_HAS_AVX512
    case isa::avx512:
      return eigen_avx512;
#endif
#ifdef PERMDELTA_HAS_NEON64
    case isa::neon64:
      return eigen_neon64;
#endif
    default:
      __builtin_unreachable();
  }
}

template <class T>
void add(operation op, isa compiled_for, T (*reduce)(const T*, std::size_t)) {
  register_kernel(
      {.task = op,
       .method = "eigen",
       .isa = compiled_for,
       .run = reduction<T>([reduce](std::span<const T> x) { return reduce(x.data(), x.size()); }),
       .library = "Eigen " PERMDELTA_PEER_EIGEN});
}

}  // namespace

void register_eigen() {
  for (const isa each : runnable_isas()) {
    const eigen_functions& eigen = functions_of(each);
    add(operation::sum, each, eigen.sum_of_doubles);
    add(operation::sum, each, eigen.sum_of_floats);
    add(operation::mean, each, eigen.mean_of_doubles);
    add(operation::mean, each, eigen.mean_of_floats);
  }
}

}  // namespace permdelta

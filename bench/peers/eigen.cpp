#include <array>
#include <string>

#include "bench/peers/eigen_isa.hpp"
#include "bench/peers/peers.hpp"
#include "kernels/catalog.hpp"

/// `eigen`: the sum and the mean of a mapped array, compiled for every instruction set that the
/// kernels are compiled for.

namespace permdelta {
namespace {

const eigen_functions& functions_of(isa which) {
  switch (which) {
#if defined(__x86_64__)
    case isa::sse2:
      return eigen_sse2;
    case isa::avx2:
      return eigen_avx2;
    case isa::avx512:
      return eigen_avx512;
#else
    case isa::neon64:
      return eigen_neon64;
#endif
    default:
      __builtin_unreachable();
  }
}

template <class T>
void add(std::vector<subject>& peers, operation op, const std::string& isa_name,
         T (*reduce)(const T*, std::size_t)) {
  peers.push_back({.operation = op,
                   .method = "eigen",
                   .isa = isa_name,
                   .run = reduction<T>([reduce](std::span<const T> x, std::span<T> y) {
                     y[0] = reduce(x.data(), x.size());
                   }),
                   .library = "Eigen " PERMDELTA_PEER_EIGEN});
}

}  // namespace

void add_eigen(const options& options, std::vector<subject>& peers) {
  for (const isa each : options.isas) {
    const eigen_functions& eigen = functions_of(each);
    const std::string isa_name(options.name_isas ? name(each) : "");
    add(peers, operation::sum, isa_name, eigen.sum_of_doubles);
    add(peers, operation::sum, isa_name, eigen.sum_of_floats);
    add(peers, operation::mean, isa_name, eigen.mean_of_doubles);
    add(peers, operation::mean, isa_name, eigen.mean_of_floats);
  }
}

}  // namespace permdelta

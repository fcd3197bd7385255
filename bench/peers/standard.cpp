#include <numeric>

#include "bench/harness.hpp"
#include "bench/peers/peers.hpp"

/// `std_accumulate` and `std_reduce`: the standard library's two sums, as a program without flags
/// for its processor gets them. The first is from left to right by definition; the second may
/// associate as it likes, and libstdc++ takes four elements at a time.

namespace permdelta {
namespace {

template <class T>
void register_sums() {
  register_kernel({.task = operation::sum,
                   .method = "std_accumulate",
                   .run = reduction<T>([](std::span<const T> x) {
                     return std::accumulate(x.begin(), x.end(), T{0});
                   }),
                   .library = "libstdc++"});
  register_kernel({.task = operation::sum,
                   .method = "std_reduce",
                   .run = reduction<T>(
                       [](std::span<const T> x) { return std::reduce(x.begin(), x.end(), T{0}); }),
                   .library = "libstdc++"});
}

}  // namespace

void register_standard() {
  register_sums<double>();
  register_sums<float>();
}

}  // namespace permdelta

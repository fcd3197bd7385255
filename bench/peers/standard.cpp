#include <numeric>

#include "bench/peers/peers.hpp"

/// `std_accumulate` and `std_reduce`: the standard library's two sums, as a program without flags
/// for its processor gets them. The first is from left to right by definition; the second may
/// associate as it likes, and libstdc++ takes four elements at a time.

namespace permdelta {
namespace {

template <class T>
void add_sums(std::vector<subject>& peers) {
  peers.push_back({.operation = operation::sum,
                   .method = "std_accumulate",
                   .run = reduction<T>([](std::span<const T> x, std::span<T> y) {
                     y[0] = std::accumulate(x.begin(), x.end(), T{0});
                   }),
                   .library = "libstdc++"});
  peers.push_back({.operation = operation::sum,
                   .method = "std_reduce",
                   .run = reduction<T>([](std::span<const T> x, std::span<T> y) {
                     y[0] = std::reduce(x.begin(), x.end(), T{0});
                   }),
                   .library = "libstdc++"});
}

}  // namespace

void add_standard(std::vector<subject>& peers) {
  add_sums<double>(peers);
  add_sums<float>(peers);
}

}  // namespace permdelta

#include "bench/order.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "bench/random.hpp"

namespace permdelta {
namespace {

constexpr std::size_t most_elements_a_study = std::size_t{1} << 27;
constexpr std::size_t most_positions_kept = std::size_t{1} << 22;  // 16 MiB

void make_permutation(std::span<position> order, std::uint64_t seed, std::size_t k) {
  std::iota(order.begin(), order.end(), position{0});
  constexpr std::uint64_t stream = 0x6F72646572;  // "order": apart from the streams of the inputs
  random_bits bits{stream, order.size(), seed, k};
  shuffle(order, bits);
}

}  // namespace

std::size_t orders_at(std::size_t elements, std::size_t requested) noexcept {
  const std::size_t affordable = most_elements_a_study / std::max<std::size_t>(elements, 1);
  return std::min(requested, std::max<std::size_t>(affordable, 8));
}

std::vector<position> ascending_order(std::span<const double> x) {
  // Values and positions side by side sort faster than positions that look their values up.
  std::vector<std::pair<double, position>> sorted(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) sorted[i] = {x[i], static_cast<position>(i)};
  std::ranges::sort(sorted);
  std::vector<position> order(x.size());
  std::ranges::transform(sorted, order.begin(), [](const auto& item) { return item.second; });
  return order;
}

random_orders::random_orders(std::size_t n, std::size_t count, std::uint64_t seed)
    : n_(n), count_(count), seed_(seed) {
  const bool small = count == 0 || n <= most_positions_kept / count;
  if (!small) {
    current_.resize(n);
    return;
  }
  kept_.resize(n * count);
  for (std::size_t k = 0; k < count; ++k)
    make_permutation(std::span(kept_).subspan(k * n, n), seed, k);
}

std::span<const position> random_orders::operator[](std::size_t k) {
  if (current_.empty()) return std::span(kept_).subspan(k * n_, n_);
  make_permutation(current_, seed_, k);
  return current_;
}

}  // namespace permdelta

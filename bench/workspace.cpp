#include "bench/workspace.hpp"

namespace permdelta {
namespace {

constexpr std::size_t small = std::size_t{1}
                              << 16;  // elements: below, a run may keep what it has made

// The entry of `key`, made by `make` if it is missing; other large entries make room first.
template <class Map, class Key, class SizeOf, class Make>
auto& found_or_made(Map& map, const Key& key, SizeOf size_of, Make make) {
  if (const auto found = map.find(key); found != map.end()) return found->second;
  std::erase_if(map, [&](const auto& entry) { return size_of(entry.first) > small; });
  return map.emplace(key, make()).first->second;
}

}  // namespace

template <element T>
std::span<const T> workspace::input(distribution from, std::size_t n) {
  return found_or_made(
      std::get<store<T>>(stores_).inputs, std::pair{from, n},
      [](const auto& key) { return key.second; },
      [&] {
        const auto values = make_input<T>(from, n, seed_);
        return aligned_vector<T>(values.begin(), values.end());
      });
}

template <element T>
const reference<T>& workspace::reference(operation op, distribution from, std::size_t n) {
  return found_or_made(
      std::get<store<T>>(stores_).references, std::tuple{op, from, n},
      [](const auto& key) { return std::get<2>(key); },
      [&] { return make_reference<T>(op, input<T>(from, n)); });
}

random_orders& workspace::orders(std::size_t n) {
  return found_or_made(
      random_orders_, n, [](std::size_t key) { return key; },
      [&] { return random_orders(n, orders_at(n, orders_), seed_); });
}

template std::span<const double> workspace::input<double>(distribution, std::size_t);
template std::span<const float> workspace::input<float>(distribution, std::size_t);
template std::span<const fp16> workspace::input<fp16>(distribution, std::size_t);
template const reference<double>& workspace::reference<double>(operation, distribution,
                                                               std::size_t);
template const reference<float>& workspace::reference<float>(operation, distribution, std::size_t);
template const reference<fp16>& workspace::reference<fp16>(operation, distribution, std::size_t);

}  // namespace permdelta

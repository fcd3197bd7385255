#include "bench/workspace.hpp"

#include <optional>

#include "bench/input_file.hpp"
#include "kernels/catalog.hpp"

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

template <element T>
aligned_vector<T> elements(const origin& from, shape of, std::uint64_t seed) {
  aligned_vector<T> x(of.elements());
  if (const auto* const drawn = std::get_if<distribution>(&from))
    narrow<T>(draw_rows(*drawn, of.rows, of.n, seed, element_type_of<T>), x);
  else
    convert<T>(std::get<const input_file*>(from)->array, x);
  return x;
}

}  // namespace

template <element T>
std::span<const T> workspace::input(const origin& from, shape of) {
  return found_or_made(
      std::get<inputs<T>>(inputs_), std::pair{from, of},
      [](const auto& key) { return key.second.elements(); },
      [&] { return elements<T>(from, of, seed_); });
}

std::span<const reference> workspace::references(const task& what, element_type type,
                                                 const origin& from, shape of, std::size_t first,
                                                 std::span<const double> x,
                                                 const error_of_sums& sum_error) {
  const std::size_t rows = x.size() / of.n;
  const auto row = [&](std::size_t r) { return x.subspan(r * of.n, of.n); };
  auto& found = found_or_made(
      references_, some_rows{what, type, from, of, first, rows},
      [](const some_rows& key) { return key.shape.n * key.count; },
      [&] {
        std::vector<reference> made;
        made.reserve(rows);
        for (std::size_t r = 0; r < rows; ++r)
          made.push_back(make_reference(what, row(r), formats_of(type)));
        return made;
      });
  const auto error = sum_error ? std::optional(sum_error(of.n)) : std::nullopt;
  for (std::size_t r = 0; r < rows; ++r) found[r].hold_to(row(r), error);
  return found;
}

random_orders& workspace::orders(shape of) {
  return found_or_made(
      random_orders_, of, [](const shape& key) { return key.n; },
      [&] { return random_orders(of.n, orders_at(of.elements(), orders_), seed_); });
}

template <class C>
const network_weights<C>& workspace::weights(network_shape of) {
  return found_or_made(
      std::get<std::map<network_shape, network_weights<C>>>(weights_), of,
      [](const network_shape& key) { return key.layers * key.width * key.width; },
      [&] { return make_weights<C>(of, seed_); });
}

std::span<const double> workspace::network_references(eps_place eps, element_type type,
                                                      const origin& from, network_shape of,
                                                      std::span<const double> x) {
  return found_or_made(
      network_references_, std::tuple{eps, type, from, of},
      [](const auto& key) { return std::get<network_shape>(key).features(); },
      [&] {
        const format& storage = formats_of(type).storage;
        return type == element_type::fp64
                   ? network_reference(weights<double>(of), of, x, eps, storage)
                   : network_reference(weights<float>(of), of, x, eps, storage);
      });
}

random_orders& workspace::network_orders(network_shape of) {
  const std::size_t count = orders_at(of.features(), network_orders_);
  return network_random_orders_.try_emplace(of, of.width, count, seed_).first->second;
}

template std::span<const double> workspace::input<double>(const origin&, shape);
template std::span<const float> workspace::input<float>(const origin&, shape);
template std::span<const fp16> workspace::input<fp16>(const origin&, shape);
template std::span<const bf16> workspace::input<bf16>(const origin&, shape);
template const network_weights<double>& workspace::weights<double>(network_shape);
template const network_weights<float>& workspace::weights<float>(network_shape);

}  // namespace permdelta

#include "kernels/parts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <variant>

namespace permdelta {
namespace {

// The sum of all parts, rounded to Result: T or its compute type.
template <class Result, class C>
Result combined(method how, std::span<partial_sum<C>> parts) {
  if (how == method::exact) {
    for (std::size_t k = 1; k < parts.size(); ++k) merge(parts[0].exactly, parts[k].exactly);
    return round_to<Result>(parts[0].exactly);
  }
  C sum = parts[0].value;
  for (std::size_t k = 1; k < parts.size(); ++k) sum += parts[k].value;
  return from_double<Result>(static_cast<double>(sum));
}

}  // namespace

template <element T>
void reduce_in_parts(const kernel& k, std::span<const T> x, std::span<T> y,
                     std::span<partial_sum<compute_t<T>>> sums, const part_loop& for_each,
                     double eps) {
  using C = compute_t<T>;
  const auto& run = std::get<kernel_function<T>>(k.run);
  const std::size_t n = x.size();
  // None is empty: the sum of nothing is +0, which -0 is not.
  const std::size_t parts = std::min(sums.size(), std::max<std::size_t>(n, 1));
  sums = sums.first(parts);
  const auto begin = [&](std::size_t part) {  // n * part / parts, which could overflow
    return n / parts * part + n % parts * part / parts;
  };
  const auto part_of = [&](std::size_t part) {
    return x.subspan(begin(part), begin(part + 1) - begin(part));
  };

  // By reference: a part_loop would else keep a copy of each body on the heap.
  const auto sum_part = [&](std::size_t p) {
    run.sum_part(part_of(p).data(), part_of(p).size(), &sums[p]);
  };
  std::ranges::fill(sums, partial_sum<C>{});
  for_each(parts, std::cref(sum_part));
  if (k.operation == operation::sum) {
    y[0] = combined<T>(k.method, sums);
    return;
  }
  const auto count = static_cast<C>(n);
  const C mean = combined<C>(k.method, sums) / count;
  if (k.operation == operation::mean) {
    y[0] = from_double<T>(static_cast<double>(mean));
    return;
  }
  const auto squares_part = [&](std::size_t p) {
    run.squares_part(part_of(p).data(), part_of(p).size(), mean, &sums[p]);
  };
  std::ranges::fill(sums, partial_sum<C>{});
  for_each(parts, std::cref(squares_part));
  const C variance = combined<C>(k.method, sums) / count;
  const C divisor = std::sqrt(variance) + static_cast<C>(eps);
  const auto normalize_part = [&](std::size_t p) {
    run.normalize_part(part_of(p).data(), part_of(p).size(), mean, divisor, y.data() + begin(p));
  };
  for_each(parts, std::cref(normalize_part));
}

template void reduce_in_parts<double>(const kernel&, std::span<const double>, std::span<double>,
                                      std::span<partial_sum<double>>, const part_loop&, double);
template void reduce_in_parts<float>(const kernel&, std::span<const float>, std::span<float>,
                                     std::span<partial_sum<float>>, const part_loop&, double);
template void reduce_in_parts<fp16>(const kernel&, std::span<const fp16>, std::span<fp16>,
                                    std::span<partial_sum<float>>, const part_loop&, double);

}  // namespace permdelta

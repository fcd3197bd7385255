#include "kernels/parts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <type_traits>
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

  const auto total = [&]<class Result>(terms what, C shift, std::type_identity<Result>) {
    const auto sum_part = [&](std::size_t p) {
      run.sum_part(what, part_of(p).data(), part_of(p).size(), shift, &sums[p]);
    };
    std::ranges::fill(sums, partial_sum<C>{});
    for_each(parts, std::cref(sum_part));  // by reference: a copy would be on the heap
    return combined<Result>(k.method, sums);
  };
  const auto sum_of = [&](terms what, C shift) {
    return total(what, shift, std::type_identity<C>{});
  };
  const auto finish = [&](C shift, C divisor) {
    const auto finish_part = [&](std::size_t p) {
      run.finish_part(part_of(p).data(), part_of(p).size(), shift, divisor, y.data() + begin(p));
    };
    for_each(parts, std::cref(finish_part));
  };
  const auto count = static_cast<C>(n);
  const auto added = static_cast<C>(eps);

  switch (k.operation) {
    case operation::sum:
      y[0] = total(terms::elements, 0, std::type_identity<T>{});
      break;
    case operation::mean:
      y[0] = from_double<T>(static_cast<double>(sum_of(terms::elements, 0) / count));
      break;
    case operation::layernorm: {
      const C mean = sum_of(terms::elements, 0) / count;
      finish(mean, std::sqrt(sum_of(terms::squares, mean) / count) + added);
      break;
    }
    case operation::rmsnorm:
      finish(0, std::sqrt(sum_of(terms::squares, 0) / count + added));
      break;
    case operation::softmax: {
      const auto look_at_part = [&](std::size_t p) {
        sums[p].value = run.largest_in_part(part_of(p).data(), part_of(p).size());
      };
      for_each(parts, std::cref(look_at_part));
      C largest = sums[0].value;
      for (const auto& part : sums)
        if (part.value > largest || std::isnan(part.value)) largest = part.value;
      finish(largest, sum_of(terms::exponentials, largest));
      break;
    }
  }
}

template void reduce_in_parts<double>(const kernel&, std::span<const double>, std::span<double>,
                                      std::span<partial_sum<double>>, const part_loop&, double);
template void reduce_in_parts<float>(const kernel&, std::span<const float>, std::span<float>,
                                     std::span<partial_sum<float>>, const part_loop&, double);
template void reduce_in_parts<fp16>(const kernel&, std::span<const fp16>, std::span<fp16>,
                                    std::span<partial_sum<float>>, const part_loop&, double);
template void reduce_in_parts<bf16>(const kernel&, std::span<const bf16>, std::span<bf16>,
                                    std::span<partial_sum<float>>, const part_loop&, double);

}  // namespace permdelta

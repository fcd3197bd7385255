#include "bench/catalog_subjects.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "bench/workers.hpp"
#include "kernels/catalog.hpp"
#include "kernels/parts.hpp"

namespace permdelta {
namespace {

// One thread's doing, but in parts.
template <element T>
auto parts_of(const kernel& k) {
  return [&k](std::span<const T> x, std::size_t parts, std::span<T> y) {
    std::vector<partial_sum<compute_t<T>>> sums(parts);
    reduce_in_parts<T>(k, x, y, sums, [](std::size_t count, const auto& body) {
      for (std::size_t part = 0; part < count; ++part) body(part);
    });
  };
}

template <element T>
reduction<T> reduction_by(const kernel& k, std::size_t workers) {
  if (workers != 1) return with_workers<T>(k, workers);
  return [run = std::get<kernel_function<T>>(k.run)](std::span<const T> x, std::size_t rows,
                                                     std::span<T> y) {
    run.reduce(x.data(), rows, x.size() / rows, y.data(), default_eps);
  };
}

// A bound on the error of a sum of n terms, whole or in any number of parts that a study or so many
// workers cut it into, whose sums are added one after the other, unless they are merged unrounded.
double error_in_parts(const kernel& k, std::size_t n, std::size_t workers) {
  const double u = k.method == method::exact ? 0 : unit_roundoff(k.type());
  double most = 0;
  const auto look_at = [&](std::size_t parts) {
    parts = std::clamp<std::size_t>(n, 1, parts);
    const double part =
        std::max(sum_error_bound(k, n / parts), sum_error_bound(k, (n + parts - 1) / parts));
    const double total = static_cast<double>(parts - 1) * u;
    most = std::max(most, part + total * (1 + part));
  };
  std::ranges::for_each(split_counts, look_at);
  look_at(workers);
  return most;
}

// With all that a study wants to know of it.
template <element T>
reduction<T> studied_reduction(const kernel& k, std::size_t workers) {
  reduction<T> result = reduction_by<T>(k, workers);
  result.in_parts = parts_of<T>(k);
  if (has_workers())
    result.on_workers = [&k](std::size_t count) { return studied_reduction<T>(k, count); };
  std::vector<const kernel*> by_isa;
  for (const kernel& other : catalog())
    if (other.operation == k.operation && other.method == k.method && other.type() == k.type() &&
        runnable(other.isa))
      by_isa.push_back(&other);
  for (const kernel* other : by_isa) result.by_isa.push_back(reduction_by<T>(*other, workers));
  result.sum_error = [by_isa, workers](std::size_t n) {
    double most = 0;
    for (const kernel* each : by_isa) most = std::max(most, error_in_parts(*each, n, workers));
    return most;
  };
  if (k.method == method::exact)
    result.fallback_rate = [&k](std::span<const T> x, std::size_t rows) {
      const std::size_t n = x.size() / rows;
      std::vector<T> y(rows * output_size(k.operation, n));
      const tier_counts counts =
          std::get<kernel_function<T>>(k.run).reduce(x.data(), rows, n, y.data(), default_eps);
      return static_cast<double>(counts.refused) / static_cast<double>(counts.blocks);
    };
  return result;
}

}  // namespace

std::vector<subject> catalog_subjects() {
  std::vector<subject> subjects;
  for (const kernel& k : catalog())
    if (runnable(k.isa))
      std::visit(
          [&]<class T>(const kernel_function<T>&) {
            subjects.push_back({.task = k.operation,
                                .method = std::string(name(k.method)),
                                .isa = k.isa,
                                .run = studied_reduction<T>(k, 1)});
          },
          k.run);
  return subjects;
}

}  // namespace permdelta

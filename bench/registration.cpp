#include "bench/registration.hpp"

#include <algorithm>

#include "bench/network_row.hpp"
#include "bench/reduction_row.hpp"
#include "bench/workers.hpp"
#include "common/name_filter.hpp"
#include "kernels/catalog.hpp"
#include "kernels/parts.hpp"

namespace permdelta {
namespace {

std::vector<std::pair<origin, shape>> chosen_inputs(const options& options) {
  std::vector<std::pair<origin, shape>> inputs;
  for (const distribution from : options.distributions)
    for (const std::size_t n : options.sizes)
      for (const std::size_t count : options.rows) inputs.push_back({from, {n, count}});
  for (const input_file& file : options.files)
    inputs.push_back({&file, {file.array.n(), file.array.rows()}});
  return inputs;
}

void check(const shape& of) {
  if (of.elements() > most_elements)
    throw usage_error("--rows: " + std::to_string(of.rows) + " rows of " + std::to_string(of.n) +
                      " are more than " + std::to_string(most_elements) + " elements");
}

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

// With all that a study wants to know of it.
template <element T>
reduction<T> studied_reduction(const kernel& k, std::size_t workers) {
  reduction<T> result = reduction_by<T>(k, workers);
  result.in_parts = parts_of<T>(k);
  for (const kernel& other : catalog())
    if (other.operation == k.operation && other.method == k.method && other.type() == k.type() &&
        runnable(other.isa))
      result.by_isa.push_back(reduction_by<T>(other, workers));
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

std::vector<subject> catalog_subjects(const options& options) {
  std::vector<subject> subjects;
  for (const kernel& k : catalog()) {
    if (std::ranges::find(options.isas, k.isa) == options.isas.end()) continue;
    for (const std::size_t workers : options.workers)
      std::visit(
          [&]<class T>(const kernel_function<T>&) {
            subjects.push_back({.operation = k.operation,
                                .method = std::string(name(k.method)),
                                .isa = std::string(options.name_isas ? name(k.isa) : ""),
                                .run = studied_reduction<T>(k, workers),
                                .workers = workers});
          },
          k.run);
  }
  return subjects;
}

std::vector<std::unique_ptr<row>> make_rows(const std::vector<subject>& subjects,
                                            const options& options) {
  // The library's filter, applied here so that the rows to come are known.
  const name_filter filter("--benchmark_filter", options.filter);
  std::vector<const subject*> by_group;
  for (const subject& each : subjects)
    if (std::ranges::find(options.types, each.type()) != options.types.end())
      by_group.push_back(&each);
  const auto group = [](const subject* s) { return std::pair{s->operation, s->type()}; };
  std::ranges::stable_sort(by_group, {}, group);

  const auto inputs = chosen_inputs(options);
  std::vector<std::unique_ptr<row>> rows;
  const auto add = [&](std::unique_ptr<row> candidate) {
    if (!filter.keeps(candidate->listed_name())) return;
    check(candidate->shape());
    rows.push_back(std::move(candidate));
  };
  for (auto begin = by_group.begin(); begin != by_group.end();) {
    const auto end = std::find_if(begin, by_group.end(),
                                  [&](const subject* s) { return group(s) != group(*begin); });
    for (const auto& [from, of] : inputs)
      for (auto each = begin; each != end; ++each)
        add(std::make_unique<reduction_row>(**each, from, of));
    begin = end;
  }
  for (const element_type type : options.types)
    for (const distribution from : options.distributions)
      for (const subject* each : by_group)
        if (each->operation == operation::layernorm && each->type() == type)
          add(std::make_unique<network_row>(*each, from, options.network));
  return rows;
}

}  // namespace permdelta

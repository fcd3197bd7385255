#include "bench/registration.hpp"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>
#include <variant>

#include "bench/network_row.hpp"
#include "bench/options.hpp"
#include "bench/reduction_row.hpp"
#include "common/name_filter.hpp"

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

// The catalog's operations, and then others as they come.
std::vector<std::string_view> task_names(const std::vector<subject>& subjects) {
  std::vector<std::string_view> names(names_of<operation>.begin(), names_of<operation>.end());
  for (const subject& each : subjects)
    if (std::ranges::find(names, each.task.name()) == names.end())
      names.push_back(each.task.name());
  return names;
}

// One that can't be made has rows that say why.
template <element T>
reduction<T> on_workers(const reduction<T>& run, std::size_t workers) try {
  return run.on_workers(workers);
} catch (...) {
  return [why = std::current_exception()](std::span<const T>, std::size_t, std::span<T>) {
    std::rethrow_exception(why);
  };
}

bool is_layernorm(const task& what) noexcept {
  const task::known* const known = what.if_known();
  return known != nullptr && known->operation == operation::layernorm;
}

}  // namespace

std::vector<subject> chosen_subjects(const std::vector<subject>& all, const options& options) {
  const auto is_chosen = [&](const subject& each) {
    return std::ranges::find(options.types, each.type()) != options.types.end() &&
           (!each.isa || std::ranges::find(options.isas, *each.isa) != options.isas.end());
  };
  std::vector<subject> chosen;
  for (const subject& each : all) {
    if (!is_chosen(each)) continue;
    subject named = each;
    if (!options.name_isas) named.isa.reset();
    std::visit(
        [&](const auto& run) {
          if (!run.on_workers) return chosen.push_back(named);
          for (const std::size_t workers : options.workers) {
            named.run = workers == 1 ? run : on_workers(run, workers);
            named.workers = workers;
            chosen.push_back(named);
          }
        },
        each.run);
  }
  return chosen;
}

std::vector<std::unique_ptr<row>> make_rows(const std::vector<subject>& subjects,
                                            const options& options) {
  // The library's filter, applied here so that the rows to come are known.
  const name_filter filter("--benchmark_filter", options.filter);
  std::vector<const subject*> by_group;
  for (const subject& each : subjects) by_group.push_back(&each);
  const auto group = [names = task_names(subjects)](const subject* s) {
    return std::pair{std::ranges::find(names, s->task.name()), s->type()};
  };
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
        if (is_layernorm(each->task) && each->type() == type)
          add(std::make_unique<network_row>(*each, from, options.network));
  return rows;
}

}  // namespace permdelta

#include "bench/registry.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "bench/catalog_subjects.hpp"
#include "bench/harness.hpp"
#include "run/row_name.hpp"

namespace permdelta {
namespace {

std::vector<subject>& registry() {
  static std::vector<subject> kernels = catalog_subjects();
  return kernels;
}

bool share_names(const subject& a, const subject& b) {
  return a.method == b.method && a.type() == b.type() && a.task.name() == b.task.name() &&
         (!a.isa || !b.isa || a.isa == b.isa);
}

}  // namespace

const std::vector<subject>& registered_kernels() {
  return registry();
}

void add_kernel(std::vector<subject>& kernels, subject added) {
  check_row_name_part(added.method);
  const std::string name = std::string(added.task.name()) + '/' + added.method + '/' +
                           std::string(permdelta::name(added.type()));
  const auto shares = [&](const subject& other) { return share_names(added, other); };
  if (std::ranges::any_of(kernels, shares))
    throw std::invalid_argument(name + " is registered already");
  const auto is_there = [](const auto& run) { return static_cast<bool>(run); };
  if (!std::visit(is_there, added.run)) throw std::invalid_argument(name + " has no function");
  if (added.workers == 0) throw std::invalid_argument(name + " has 0 workers; 1 is the least");
  const auto chooses = [](const auto& run) { return static_cast<bool>(run.on_workers); };
  if (added.workers != 1 && std::visit(chooses, added.run))
    throw std::invalid_argument(name + " has " + std::to_string(added.workers) +
                                " workers and on_workers too: it is that of one");
  kernels.push_back(std::move(added));
}

void register_kernel(subject kernel) {
  add_kernel(registry(), std::move(kernel));
}

}  // namespace permdelta

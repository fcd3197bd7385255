#include "bench/registry.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "bench/catalog_subjects.hpp"
#include "bench/harness.hpp"
#include "run/row_name.hpp"

namespace permdelta {
namespace {

std::vector<subject>& registry() {
  static std::vector<subject> kernels = catalog_subjects();
  return kernels;
}

auto identity_of(const subject& kernel) {
  return std::tuple{kernel.task.name(), std::string_view(kernel.method), kernel.type(), kernel.isa};
}

}  // namespace

const std::vector<subject>& registered_kernels() {
  return registry();
}

void register_kernel(subject kernel) {
  check_row_name_part(kernel.method);
  if (std::ranges::find(registry(), identity_of(kernel), identity_of) != registry().end())
    throw std::invalid_argument(std::string(kernel.task.name()) + '/' + kernel.method + '/' +
                                std::string(name(kernel.type())) + " is registered already");
  registry().push_back(std::move(kernel));
}

}  // namespace permdelta

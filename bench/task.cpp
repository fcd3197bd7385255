#include "bench/task.hpp"

#include <stdexcept>
#include <utility>

#include "kernels/catalog.hpp"
#include "run/row_name.hpp"

namespace permdelta {

task::task(std::string name, permdelta::outputs outputs, own_reference reference) {
  check_row_name_part(name);
  if (name == network_operation)
    throw std::invalid_argument("'" + name + "' is the network experiment's name, not a task's");
  if (!reference) throw std::invalid_argument("the task '" + name + "' has no reference");
  what_ = std::make_shared<const own>(own{std::move(name), outputs, std::move(reference)});
}

std::string_view task::name() const noexcept {
  const own* const mine = if_own();
  return mine != nullptr ? std::string_view(mine->name) : permdelta::name(if_known()->operation);
}

outputs task::outputs() const noexcept {
  if (const own* const mine = if_own()) return mine->outputs;
  return permdelta::output_size(if_known()->operation, 2) == 1 ? outputs::one : outputs::each;
}

std::size_t task::output_size(std::size_t n) const noexcept {
  return outputs() == outputs::one ? 1 : n;
}

}  // namespace permdelta

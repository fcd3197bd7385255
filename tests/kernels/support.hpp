#pragma once

/// What every test of the kernels needs: the kernels this machine runs, typed, and a counter of
/// comparisons that also keeps a failing test from printing a million lines.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kernels/catalog.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

[[nodiscard]] inline std::string label(const kernel& k) {
  return name_of(k) + "@" + std::string(name(k.isa));
}

inline constexpr auto every_operation = [] {
  std::array<operation, names_of<operation>.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<operation>(i);
  return all;
}();

/// Whether an operation's results are as many as its elements.
[[nodiscard]] constexpr bool is_elementwise(operation op) noexcept {
  return output_size(op, 2) == 2;
}

[[nodiscard]] constexpr bool adds_squares(operation op) noexcept {
  return op == operation::layernorm || op == operation::rmsnorm;
}

/// Of the instruction sets compiled in, those that this machine runs.
[[nodiscard]] inline std::size_t runnable_isa_count() {
  return static_cast<std::size_t>(
      std::count_if(compiled_isas().begin(), compiled_isas().end(), runnable));
}

/// How many kernels for_each_kernel visits, of so many operations and methods: by the names of the
/// axes and not by the catalog, so that one that is missing there is missed.
[[nodiscard]] inline std::size_t kernel_count(std::size_t operations = names_of<operation>.size(),
                                              std::size_t methods = names_of<method>.size()) {
  return operations * methods * names_of<element_type>.size() * runnable_isa_count();
}

/// Calls visit(kernel, function) for every kernel on elements of type T that this machine runs.
template <element T, class Visit>
void for_each_kernel_of(Visit&& visit) {
  for (const kernel& k : catalog())
    if (k.type() == element_type_of<T> && runnable(k.isa))
      visit(k, std::get<kernel_function<T>>(k.run));
}

/// The same for all types.
template <class Visit>
void for_each_kernel(Visit&& visit) {
  for_each_kernel_of<double>(visit);
  for_each_kernel_of<float>(visit);
  for_each_kernel_of<fp16>(visit);
  for_each_kernel_of<bf16>(visit);
}

/// Runs a kernel on an input and returns what it wrote.
template <element T, class Function>
[[nodiscard]] std::vector<T> run(const Function& function, operation op, std::span<const T> x) {
  std::vector<T> y(output_size(op, x.size()));
  function(x.data(), x.size(), y.data());
  return y;
}

/// Counts comparisons and reports the first few that fail. `describe` is called only then.
class tally {
 public:
  template <class Describe>
  void check(bool holds, Describe&& describe) {
    ++compared_;
    if (!holds && ++failed_ <= max_reports) ADD_FAILURE() << describe();
  }
  [[nodiscard]] std::size_t compared() const noexcept { return compared_; }
  [[nodiscard]] std::size_t failed() const noexcept { return failed_; }

 private:
  static constexpr std::size_t max_reports = 8;
  std::size_t compared_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace permdelta::test

#pragma once

/// Every kernel there is: operation x method x element type x instruction set.
///
/// The catalog is generated (isa/table.hpp); a kernel that is not in it does not exist, and one
/// that is has its benchmark, its tests and its row in every table without another line.

#include <cstddef>
#include <span>
#include <string>
#include <variant>

#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// Reduces the n elements at `x` and writes the result to `y`: one element for `sum` and `mean`, n
/// for `layernorm`. Any n from 0, any alignment that T itself allows. `x` and `y` do not overlap.
/// Never throws, allocates or logs. Expects rounding to nearest, and no flush-to-zero.
template <element T>
using kernel_function = void (*)(const T* x, std::size_t n, T* y) noexcept;

struct kernel {
  permdelta::operation operation;
  permdelta::method method;
  permdelta::isa isa;
  int lanes;  ///< accumulators side by side: what `lane_split` and `kahan` split a sum into; 1 or 8
              ///< for the fixed trees
  std::variant<kernel_function<double>, kernel_function<float>, kernel_function<fp16>> run;

  [[nodiscard]] element_type type() const noexcept {
    return static_cast<element_type>(run.index());
  }
};

/// All kernels compiled into this program, whether or not this machine can run them.
[[nodiscard]] std::span<const kernel> catalog() noexcept;

/// The kernel with these coordinates, or nullptr if it was not compiled.
[[nodiscard]] const kernel* find_kernel(operation, method, element_type, isa) noexcept;

/// `operation/method/type`, as in benchmark names.
[[nodiscard]] std::string name_of(const kernel&);

/// How many elements an operation writes for n elements read.
[[nodiscard]] constexpr std::size_t output_size(operation op, std::size_t n) noexcept {
  return op == operation::layernorm ? n : 1;
}

/// The instruction sets compiled in, narrowest first.
[[nodiscard]] std::span<const isa> compiled_isas() noexcept;

/// Whether this machine, its operating system included, can run code compiled for `isa`.
[[nodiscard]] bool runnable(isa) noexcept;

/// The widest instruction set that is compiled in and runnable; there always is one.
[[nodiscard]] isa best_isa() noexcept;

/// u, half the distance from 1 to the next number of the compute type.
[[nodiscard]] constexpr double unit_roundoff(element_type type) noexcept {
  return type == element_type::fp64 ? 0x1p-53 : 0x1p-24;
}

/// A bound on the error of the sum behind a kernel, before its result is rounded to T:
/// |computed - exact| <= sum_error_bound(...) * sum |x_i|. Derived per method in summation/*.hpp;
/// holds while no partial sum overflows or underflows.
[[nodiscard]] double sum_error_bound(const kernel&, std::size_t n) noexcept;

}  // namespace permdelta

#pragma once

/// Every kernel there is: operation x method x element type x instruction set.
///
/// The catalog is generated, from the names of the axes and the primitives of each instruction set
/// (isa/table.hpp); a kernel that is not in it does not exist, and one that is has its benchmark,
/// its tests and its row in every table without another line.

#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kernels/element.hpp"
#include "kernels/exact/exact_call.hpp"
#include "kernels/names.hpp"
#include "kernels/primitives.hpp"

namespace permdelta {

/// What layernorm adds to the root of the variance, and rmsnorm to the mean of squares, where
/// nothing else is asked for.
inline constexpr double default_eps = 1e-6;

template <element T>
struct kernel_function;

template <element T>
using run_function = tier_counts (*)(const kernel_function<T>& by, const T* x, std::size_t rows,
                                     std::size_t n, T* y, double eps) noexcept;

/// A kernel's code: an operation by the primitives of a method and an instruction set. Any numbers
/// of rows and elements from 0, any alignment that T itself allows. `x` and `y` do not overlap.
/// Never throws, allocates or logs. Expects rounding to nearest, and no flush-to-zero.
template <element T>
struct kernel_function {
  const row_primitives<T>* row;
  const sum_primitives<T>* sums;
  run_function<T> run;

  /// Reduces each of the `rows` rows of n elements at `x`, which lie one after the other, and
  /// writes the results to `y`: output_size(operation, n) of them a row. `eps` is that of layernorm
  /// and rmsnorm, rounded to the compute type. Methods without tiers count none.
  tier_counts reduce(const T* x, std::size_t rows, std::size_t n, T* y, double eps) const noexcept {
    return run(*this, x, rows, n, y, eps);
  }

  /// One row.
  tier_counts operator()(const T* x, std::size_t n, T* y) const noexcept {
    return reduce(x, 1, n, y, default_eps);
  }
};

template <element T>
inline constexpr element_type element_type_of = std::same_as<T, double>  ? element_type::fp64
                                                : std::same_as<T, float> ? element_type::fp32
                                                : std::same_as<T, fp16>  ? element_type::fp16
                                                                         : element_type::bf16;

struct kernel {
  permdelta::operation operation;
  permdelta::method method;
  permdelta::isa isa;
  int lanes;  ///< accumulators side by side: what `lane_split` and `kahan` split a sum into; 1 or 8
              ///< for the fixed trees
  per_element_type<std::variant, kernel_function> run;

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
[[nodiscard, gnu::always_inline]] inline constexpr std::size_t output_size(operation op,
                                                                           std::size_t n) noexcept {
  return op == operation::sum || op == operation::mean ? 1 : n;
}

/// The instruction sets compiled in, narrowest first.
[[nodiscard]] std::span<const isa> compiled_isas() noexcept;

/// Whether this machine, its operating system included, can run code compiled for `isa`.
[[nodiscard]] bool runnable(isa) noexcept;

/// Those of them, narrowest first.
[[nodiscard]] std::vector<isa> runnable_isas();

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

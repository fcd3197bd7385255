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

#include "kernels/kernel_function.hpp"

namespace permdelta {

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

/// The instruction sets compiled in, narrowest first.
[[nodiscard]] std::span<const isa> compiled_isas() noexcept;

/// Whether this machine, its operating system included, can run code compiled for `isa`.
[[nodiscard]] bool runnable(isa) noexcept;

/// Those of them, narrowest first.
[[nodiscard]] std::vector<isa> runnable_isas();

/// The widest instruction set that is compiled in and runnable. Throws std::runtime_error where
/// there is none, which a build without the narrowest may meet.
[[nodiscard]] isa best_isa();

/// u, half the distance from 1 to the next number of the compute type.
[[nodiscard]] constexpr double unit_roundoff(element_type type) noexcept {
  return type == element_type::fp64 ? 0x1p-53 : 0x1p-24;
}

/// A bound on the error of the sum behind a kernel, before its result is rounded to T:
/// |computed - exact| <= sum_error_bound(...) * sum |x_i|. Derived per method in summation/*.hpp;
/// holds while no partial sum overflows or underflows.
[[nodiscard]] double sum_error_bound(const kernel&, std::size_t n) noexcept;

}  // namespace permdelta

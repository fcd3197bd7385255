#pragma once

/// Everything there is, once: the operations and the methods. An ISA file instantiates their
/// product; a new one of either is a file of its own and its name in a list below.

#include <array>
#include <cstddef>

#include "kernels/catalog.hpp"
#include "kernels/operation/layernorm.hpp"
#include "kernels/operation/mean.hpp"
#include "kernels/operation/sum.hpp"
#include "kernels/summation/exact.hpp"
#include "kernels/summation/kahan.hpp"
#include "kernels/summation/lane_split.hpp"
#include "kernels/summation/pairwise.hpp"
#include "kernels/summation/sequential.hpp"

namespace permdelta {

template <class... Types>
struct list {
  static constexpr std::size_t size = sizeof...(Types);
};

using operations = list<sum_operation, mean_operation, layernorm_operation>;
using methods = list<sequential, pairwise, kahan, lane_split, exact>;
using element_types = list<double, float, fp16>;

inline constexpr std::size_t kernels_per_isa =
    operations::size * methods::size * element_types::size;

struct isa_table {
  std::array<kernel, kernels_per_isa> kernels;
  accumulate_functions accumulate;
};

/// A method as it is during one call of a kernel: most have nothing to remember.
template <class Method, class Arch>
struct one_call {
  using type = Method;
};
template <class Method, class Arch>
requires requires {
  typename Method::template call<Arch>;
}
struct one_call<Method, Arch> {
  using type = typename Method::template call<Arch>;
};

/// A kernel: an operation by a method, row after row.
template <class Arch, class Operation, class Method, element T>
tier_counts reduce_rows(const T* x, std::size_t rows, std::size_t n, T* y, double eps) noexcept {
  typename one_call<Method, Arch>::type method;
  const std::size_t results = output_size(Operation::operation, n);
  for (std::size_t r = 0; r < rows; ++r)
    Operation::template run<Arch, T>(method, elements<Arch, T>{x + r * n, n}, y + r * results, eps);
  if constexpr (requires { method.counts(); })
    return method.counts();
  else
    return {};
}

/// The sum of n elements, added to an accumulator.
template <class Arch, element T>
void accumulate(const T* x, std::size_t n, superaccumulator<compute_t<T>>* sum) noexcept {
  typename exact::template call<Arch> method;
  method.accumulate(elements<Arch, T>{x, n}, *sum);
}

/// The kernels of one instruction set, in the order operation, method, type. Evaluated by the
/// compiler: nothing of this may run, or be shared, as code.
template <class Arch>
consteval isa_table make_table() {
  isa_table table{};
  auto* row = table.kernels.data();
  const auto add = [&]<class Operation, class Method, class T>() {
    *row++ = kernel{Operation::operation, Method::method, native<Arch>::tag,
                    Method::template lanes<Arch, compute_t<T>>,
                    kernel_function<T>{&reduce_rows<Arch, Operation, Method, T>}};
  };
  const auto each_type = [&]<class Operation, class Method, class... Ts>(list<Ts...>) {
    (add.template operator()<Operation, Method, Ts>(), ...);
  };
  const auto each_method = [&]<class Operation, class... Methods>(list<Methods...>) {
    (each_type.template operator()<Operation, Methods>(element_types{}), ...);
  };
  const auto each_operation = [&]<class... Operations>(list<Operations...>) {
    (each_method.template operator()<Operations>(methods{}), ...);
  };
  each_operation(operations{});
  table.accumulate = {&accumulate<Arch, double>, &accumulate<Arch, float>, &accumulate<Arch, fp16>};
  return table;
}

// One table a file beside this one; catalog.cpp knows which of them are compiled in.
extern const isa_table sse2_kernels;
extern const isa_table avx2_kernels;
extern const isa_table avx512_kernels;
extern const isa_table neon64_kernels;

}  // namespace permdelta

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

using operations = list<sum, mean, layernorm>;
using methods = list<sequential, pairwise, kahan, lane_split, exact>;
using element_types = list<double, float, fp16>;

inline constexpr std::size_t kernels_per_isa =
    operations::size * methods::size * element_types::size;
using isa_table = std::array<kernel, kernels_per_isa>;

/// A kernel: an operation by a method, within whatever the method sets up around it.
template <class Arch, class Operation, class Method, element T>
void run(const T* x, std::size_t n, T* y) noexcept {
  if constexpr (requires { typename Method::template scope<Arch>; }) {
    const typename Method::template scope<Arch> scope;
    Operation::template run<Arch, Method>(x, n, y);
  } else {
    Operation::template run<Arch, Method>(x, n, y);
  }
}

/// The kernels of one instruction set, in the order operation, method, type. Evaluated by the
/// compiler: nothing of this may run, or be shared, as code.
template <class Arch>
consteval isa_table make_table() {
  isa_table table{};
  auto* row = table.data();
  const auto add = [&]<class Operation, class Method, class T>() {
    *row++ = kernel{Operation::operation, Method::method, native<Arch>::tag,
                    Method::template lanes<Arch, compute_t<T>>,
                    kernel_function<T>{&run<Arch, Operation, Method, T>}};
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
  return table;
}

// One table a file beside this one; catalog.cpp knows which of them are compiled in.
extern const isa_table sse2_kernels;
extern const isa_table avx2_kernels;
extern const isa_table avx512_kernels;
extern const isa_table neon64_kernels;

}  // namespace permdelta

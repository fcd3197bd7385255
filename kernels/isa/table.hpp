#pragma once

/// Everything there is, once: the operations and the methods. An ISA file instantiates their
/// product; a new one of either is a file of its own and its name in a list below.

#include <array>
#include <cstddef>

#include "kernels/catalog.hpp"
#include "kernels/operation/layernorm.hpp"
#include "kernels/operation/mean.hpp"
#include "kernels/operation/rmsnorm.hpp"
#include "kernels/operation/softmax.hpp"
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

using operations =
    list<sum_operation, mean_operation, layernorm_operation, rmsnorm_operation, softmax_operation>;
using methods = list<sequential, pairwise, kahan, lane_split, exact>;
template <class T>
using itself = T;
using element_types = per_element_type<list, itself>;

inline constexpr std::size_t kernels_per_isa =
    operations::size * methods::size * element_types::size;

using isa_table = std::array<kernel, kernels_per_isa>;

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

/// How many rows an operation is given at a time: what stays in the first cache between its passes,
/// of which it takes 16 KiB; one from memory, where more are more streams than it likes to have; or
/// as many as the method likes.
template <class Arch, class Method, element T>
[[nodiscard, gnu::always_inline]] inline std::size_t rows_at_a_time(std::size_t n,
                                                                    bool far) noexcept {
  using C = compute_t<T>;
  constexpr std::size_t near = 16384 / sizeof(T);
  std::size_t least = 1;
  if constexpr (requires { Method::template rows_at_a_time<Arch, C>; })
    least = Method::template rows_at_a_time<Arch, C>;
  const std::size_t rows = far ? 1 : n == 0 ? most_rows : near / n;
  return rows > most_rows ? most_rows : rows < least ? least : rows;
}

/// A kernel: an operation by a method.
template <class Arch, class Operation, class Method, element T>
tier_counts reduce_rows(const T* x, std::size_t rows, std::size_t n, T* y, double eps) noexcept {
  typename one_call<Method, Arch>::type method;
  if (rows == 1) {  // compiled for itself: nothing of it goes through memory
    Operation::template run<Arch, T>(
        method, few_rows<Arch, T>{x, 1, n, is_far<elements<Arch, T>>(n)}, y, eps);
  } else {
    const std::size_t results = output_size(Operation::operation, n);
    const bool far = is_far<elements<Arch, T>>(rows * n);
    const std::size_t few = rows_at_a_time<Arch, Method, T>(n, far);
    for (std::size_t r = 0; r < rows; r += few) {
      const std::size_t count = rows - r < few ? rows - r : few;
      Operation::template run<Arch, T>(method, few_rows<Arch, T>{x + r * n, count, n, far},
                                       y + r * results, eps);
    }
  }
  if (is_far<elements<Arch, T>>(rows * n)) native<Arch>::end_streams();
  if constexpr (requires { method.counts(); })
    return method.counts();
  else
    return {};
}

template <class Arch, class Method, class Source>
void sum_of_part(Source source, partial_sum<typename Source::compute>& sum) noexcept {
  typename one_call<Method, Arch>::type method;
  if constexpr (requires { method.accumulate(source, sum.exactly); })
    method.accumulate(source, sum.exactly);
  else
    sum.value = method.sum(source);
}

template <class Arch, class Method, element T>
void sum_part(terms what, const T* x, std::size_t n, compute_t<T> shift,
              partial_sum<compute_t<T>>* sum) noexcept {
  using C = compute_t<T>;
  const elements<Arch, T> part{x, n};
  switch (what) {
    case terms::elements:
      return sum_of_part<Arch, Method>(part, *sum);
    case terms::squares:
      return sum_of_part<Arch, Method>(
          transformed<elements<Arch, T>, squared_deviation<Arch, C>>{part, {shift}}, *sum);
    case terms::exponentials:
      return sum_of_part<Arch, Method>(
          transformed<elements<Arch, T>, shifted_exponential<Arch, C>>{part, {shift}}, *sum);
  }
}

template <class Arch, element T>
compute_t<T> largest_in_part(const T* x, std::size_t n) noexcept {
  return largest_of(elements<Arch, T>{x, n});
}

template <class Arch, class Operation, element T>
void finish_part(const T* x, std::size_t n, compute_t<T> shift, compute_t<T> divisor,
                 T* y) noexcept {
  const elements<Arch, T> part{x, n};
  if constexpr (requires { Operation::finish(part, shift, divisor, false, y); }) {
    const bool far = is_far<elements<Arch, T>>(n);
    Operation::finish(part, shift, divisor, far, y);
    if (far) native<Arch>::end_streams();
  }
}

/// The kernels of one instruction set, in the order operation, method, type. Evaluated by the
/// compiler: nothing of this may run, or be shared, as code.
template <class Arch>
consteval isa_table make_table() {
  isa_table table{};
  auto* row = table.data();
  const auto add = [&]<class Operation, class Method, class T>() {
    *row++ = kernel{
        Operation::operation, Method::method, native<Arch>::tag,
        Method::template lanes<Arch, compute_t<T>>,
        kernel_function<T>{&reduce_rows<Arch, Operation, Method, T>, &largest_in_part<Arch, T>,
                           &sum_part<Arch, Method, T>, &finish_part<Arch, Operation, T>}};
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

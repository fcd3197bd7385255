#pragma once

/// The primitives of one instruction set: every method on every kind of terms of every element
/// type, and what is the same for all methods. A file beside this one instantiates them.

#include <cstddef>
#include <type_traits>

#include "kernels/elementwise/divide.hpp"
#include "kernels/elementwise/exponentials.hpp"
#include "kernels/elementwise/maximum.hpp"
#include "kernels/primitives.hpp"
#include "kernels/summation/methods.hpp"

namespace permdelta {

template <class Arch, terms What, element T>
[[nodiscard, gnu::always_inline]] inline auto terms_of(const T* x, std::size_t n,
                                                       compute_t<T> shift) noexcept {
  using C = compute_t<T>;
  const elements<Arch, T> row{x, n};
  if constexpr (What == terms::elements)
    return row;
  else if constexpr (What == terms::squared_deviations)
    return transformed<elements<Arch, T>, squared_deviation<Arch, C>>{row, {shift}};
  else
    return transformed<elements<Arch, T>, shifted_exponential<Arch, C>>{row, {shift}};
}

template <class Arch, class Method, terms What, element T>
compute_t<T> sum_row(const T* x, std::size_t n, compute_t<T> shift, exact_call* call) noexcept {
  const auto row = terms_of<Arch, What>(x, n, shift);
  if constexpr (std::is_same_v<Method, exact>)
    return exact::sum(row, *call);
  else
    return Method::sum(row);
}

template <class Arch, class Method, terms What, element T>
void sum_rows(const T* x, std::size_t rows, std::size_t n, const compute_t<T>* shifts,
              compute_t<T>* sums, exact_call* call) noexcept {
  const auto row = [&](std::size_t r) __attribute__((always_inline)) {
    return terms_of<Arch, What>(x + r * n, n, shifts == nullptr ? 0 : shifts[r]);
  };
  if constexpr (std::is_same_v<Method, exact>)
    exact::sums(rows, row, sums, *call);
  else
    Method::sums(rows, row, sums);
}

// `exact` is quicker with several rows where it looks at its flag: not for halves, and not for
// terms that can't be negative.
template <class Arch, class Method, terms What, element T>
consteval rows_sum<T> rows_sum_of() {
  constexpr bool watched = What == terms::elements && !std::is_same_v<T, fp16>;
  if constexpr (std::is_same_v<Method, sequential> || (std::is_same_v<Method, exact> && watched))
    return &sum_rows<Arch, Method, What, T>;
  return nullptr;
}

template <class Arch, class Method, element T>
consteval sum_primitives<T> make_sums() {
  using C = compute_t<T>;
  sum_primitives<T> sums{};
  sums.lanes = Method::template lanes<Arch, C>;
  sums.side_by_side = 1;
  if constexpr (requires { Method::template rows_at_a_time<Arch, C>; })
    sums.side_by_side = Method::template rows_at_a_time<Arch, C>;
  const auto add = [&]<terms What>() {
    constexpr auto kind = static_cast<std::size_t>(What);
    sums.row[kind] = &sum_row<Arch, Method, What, T>;
    sums.rows[kind] = rows_sum_of<Arch, Method, What, T>();
    if constexpr (std::is_same_v<Method, exact>)
      sums.accumulate[kind] = [](const T* x, std::size_t n, C shift, superaccumulator<C>* sum,
                                 exact_call* call) noexcept {
        exact::accumulate(terms_of<Arch, What>(x, n, shift), *sum, *call);
      };
  };
  add.template operator()<terms::elements>();
  add.template operator()<terms::squared_deviations>();
  add.template operator()<terms::exponentials>();
  if constexpr (std::is_same_v<Method, exact>) {
    // It has to know that none of them is negative; to others they are elements.
    sums.row_of_kept = [](const C* e, std::size_t n, C shift, exact_call* call) noexcept {
      using kept = transformed<elements<Arch, C>, kept_exponential<Arch, C>>;
      return exact::sum(kept{{e, n}, {shift}}, *call);
    };
    if constexpr (!std::is_same_v<T, C>)
      sums.rounded = [](const T* x, std::size_t n, exact_call* call) noexcept {
        return exact::rounded_sum<T>(elements<Arch, T>{x, n}, *call);
      };
  } else {
    sums.row_of_kept = &sum_row<Arch, Method, terms::elements, C>;
    sums.rows_of_kept = rows_sum_of<Arch, Method, terms::elements, C>();
  }
  return sums;
}

template <class Arch, element T>
consteval row_primitives<T> make_rows() {
  using C = compute_t<T>;
  row_primitives<T> row{};
  row.maximum = [](const T* x, std::size_t n) noexcept {
    return maximum_of(elements<Arch, T>{x, n});
  };
  row.write_exponentials = [](const T* x, std::size_t n, C shift, C* to) noexcept {
    write_exponentials(elements<Arch, T>{x, n}, shift, to);
  };
  row.divide_elements = [](const T* x, std::size_t rows, std::size_t n, const C*, const C* divisors,
                           bool far, T* y) noexcept {
    divide_rows<guarded, T>(
        rows, n,
        [=](std::size_t r) {
          return elements<Arch, T>{x + r * n, n};
        },
        divisors, nullptr, rows > 1 ? least_among_rows : least_alone, far, y);
  };
  row.divide_deviations = [](const T* x, std::size_t rows, std::size_t n, const C* shifts,
                             const C* divisors, bool far, T* y) noexcept {
    using deviations = transformed<elements<Arch, T>, deviation<Arch, C>>;
    divide_rows<unguarded, T>(
        rows, n,
        [=](std::size_t r) {
          return deviations{{x + r * n, n}, {shifts[r]}};
        },
        divisors, shifts, rows > 1 ? least_among_rows : least_alone, far, y);
  };
  row.divide_exponentials = [](const T* x, std::size_t rows, std::size_t n, const C* shifts,
                               const C* divisors, bool far, T* y) noexcept {
    divide_rows<guarded_positive, T>(
        rows, n,
        [=](std::size_t r) { return terms_of<Arch, terms::exponentials>(x + r * n, n, shifts[r]); },
        divisors, nullptr, least_among_rows, far, y);
  };
  row.divide_kept = [](const C* e, std::size_t rows, std::size_t n, const C*, const C* divisors,
                       bool far, T* y) noexcept {
    divide_rows<guarded_positive, T>(
        rows, n,
        [=](std::size_t r) {
          return elements<Arch, C>{e + r * n, n};
        },
        divisors, nullptr, least_among_rows, far, y);
  };
  row.end_streams = []() noexcept { native<Arch>::end_streams(); };
  return row;
}

template <class Arch, element T>
consteval primitives<T> make_primitives_of() {
  const auto make = []<class... Methods>(method_list<Methods...>) {
    std::size_t place = 0;  // found by the enumerator
    if (!((static_cast<std::size_t>(Methods::method) == place++) && ...)) throw "order of methods";
    return primitives<T>{make_rows<Arch, T>(), {make_sums<Arch, Methods, T>()...}};
  };
  return make(methods{});
}

/// Evaluated by the compiler: nothing of this may run, or be shared, as code.
template <class Arch>
consteval isa_primitives make_primitives() {
  return {make_primitives_of<Arch, double>(), make_primitives_of<Arch, float>(),
          make_primitives_of<Arch, fp16>(), make_primitives_of<Arch, bf16>()};
}

}  // namespace permdelta

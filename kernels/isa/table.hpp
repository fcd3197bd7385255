#pragma once

/// The primitives of one instruction set: every method on every kind of terms of every element type,
/// and what is the same for all methods. An ISA file instantiates them; a new method is a file of
/// its own and its name in the list below.

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

template <class Arch, class C>
[[nodiscard, gnu::always_inline]] inline auto kept_terms(const C* e, std::size_t n,
                                                         C shift) noexcept {
  return transformed<elements<Arch, C>, kept_exponential<Arch, C>>{{e, n}, {shift}};
}

template <class Arch, class Method, terms What, element T>
compute_t<T> sum_row(const T* x, std::size_t n, compute_t<T> shift, exact_call* call) noexcept {
  const auto source = terms_of<Arch, What>(x, n, shift);
  if constexpr (requires { Method::sum(source, *call); })
    return Method::sum(source, *call);
  else
    return Method::sum(source);
}

template <class Arch, class Method, terms What, element T>
void sum_rows(const T* x, std::size_t rows, std::size_t n, const compute_t<T>* shifts,
              compute_t<T>* sums, exact_call* call) noexcept {
  const auto row = [&](std::size_t r) __attribute__((always_inline)) {
    return terms_of<Arch, What>(x + r * n, n,
                                What == terms::elements || shifts == nullptr ? 0 : shifts[r]);
  };
  if constexpr (requires { Method::sums(rows, row, sums, *call); })
    Method::sums(rows, row, sums, *call);
  else
    Method::sums(rows, row, sums);
}

/// The methods' own exponentials that have been calculated: `exact` knows that none is negative, for
/// others they are elements.
template <class Arch, class C>
C sum_kept_exactly(const C* e, std::size_t n, C shift, exact_call* call) noexcept {
  return exact::sum(kept_terms<Arch>(e, n, shift), *call);
}

template <class Arch, class Method, terms What, element T>
consteval rows_sum<T> rows_sum_of() {
  if constexpr (std::is_same_v<Method, sequential>) return &sum_rows<Arch, Method, What, T>;
  // Halves need no flag, and other terms hardly ever look at it.
  if constexpr (std::is_same_v<Method, exact> && What == terms::elements &&
                !std::is_same_v<T, fp16>)
    return &sum_rows<Arch, Method, What, T>;
  return nullptr;
}

template <class Arch, element T>
T sum_rounded(const T* x, std::size_t n, exact_call* call) noexcept {
  return exact::rounded_sum<T>(elements<Arch, T>{x, n}, *call);
}

template <class Arch, terms What, element T>
void accumulate(const T* x, std::size_t n, compute_t<T> shift, superaccumulator<compute_t<T>>* sum,
                exact_call* call) noexcept {
  exact::accumulate(terms_of<Arch, What>(x, n, shift), *sum, *call);
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
    sums.row[static_cast<std::size_t>(What)] = &sum_row<Arch, Method, What, T>;
    sums.rows[static_cast<std::size_t>(What)] = rows_sum_of<Arch, Method, What, T>();
    if constexpr (std::is_same_v<Method, exact>)
      sums.accumulate[static_cast<std::size_t>(What)] = &accumulate<Arch, What, T>;
  };
  add.template operator()<terms::elements>();
  add.template operator()<terms::squared_deviations>();
  add.template operator()<terms::exponentials>();
  if constexpr (std::is_same_v<Method, exact>) {
    sums.row_of_kept = &sum_kept_exactly<Arch, C>;
    if constexpr (!std::is_same_v<T, C>) sums.rounded = &sum_rounded<Arch, T>;
  } else {
    sums.row_of_kept = &sum_row<Arch, Method, terms::elements, C>;
    sums.rows_of_kept = rows_sum_of<Arch, Method, terms::elements, C>();
  }
  return sums;
}

template <class Arch, element T>
compute_t<T> maximum_of_row(const T* x, std::size_t n) noexcept {
  return maximum_of(elements<Arch, T>{x, n});
}

template <class Arch, element T>
void write_row_of_exponentials(const T* x, std::size_t n, compute_t<T> shift,
                               compute_t<T>* to) noexcept {
  write_exponentials(elements<Arch, T>{x, n}, shift, to);
}

template <class Arch, element T>
void divide_elements(const T* x, std::size_t rows, std::size_t n, const compute_t<T>* /*shifts*/,
                     const compute_t<T>* divisors, bool far, T* y) noexcept {
  divide_rows<guarded, T>(
      rows, n,
      [=](std::size_t r) {
        return elements<Arch, T>{x + r * n, n};
      },
      divisors, [](const auto& by, std::size_t) { return by.is_quick(); },
      rows > 1 ? least_among_rows : least_alone, far, y);
}

template <class Arch, element T>
void divide_deviations(const T* x, std::size_t rows, std::size_t n, const compute_t<T>* shifts,
                       const compute_t<T>* divisors, bool far, T* y) noexcept {
  using deviations = transformed<elements<Arch, T>, deviation<Arch, compute_t<T>>>;
  divide_rows<unguarded, T>(
      rows, n,
      [=](std::size_t r) {
        return deviations{{x + r * n, n}, {shifts[r]}};
      },
      divisors, [=](const auto& by, std::size_t r) { return by.is_quick_around(shifts[r]); },
      rows > 1 ? least_among_rows : least_alone, far, y);
}

template <class Arch, element T>
void divide_exponentials(const T* x, std::size_t rows, std::size_t n, const compute_t<T>* shifts,
                         const compute_t<T>* divisors, bool far, T* y) noexcept {
  divide_rows<guarded_positive, T>(
      rows, n,
      [=](std::size_t r) { return terms_of<Arch, terms::exponentials>(x + r * n, n, shifts[r]); },
      divisors, [](const auto& by, std::size_t) { return by.is_quick(); }, least_among_rows, far,
      y);
}

template <class Arch, element T>
void divide_kept(const compute_t<T>* e, std::size_t rows, std::size_t n,
                 const compute_t<T>* /*shifts*/, const compute_t<T>* divisors, bool far,
                 T* y) noexcept {
  divide_rows<guarded_positive, T>(
      rows, n,
      [=](std::size_t r) {
        return elements<Arch, compute_t<T>>{e + r * n, n};
      },
      divisors, [](const auto& by, std::size_t) { return by.is_quick(); }, least_among_rows, far,
      y);
}

template <class Arch>
void end_streams() noexcept {
  native<Arch>::end_streams();
}

template <class Arch, element T>
consteval row_primitives<T> make_rows() {
  return {.maximum = &maximum_of_row<Arch, T>,
          .write_exponentials = &write_row_of_exponentials<Arch, T>,
          .divide_elements = &divide_elements<Arch, T>,
          .divide_deviations = &divide_deviations<Arch, T>,
          .divide_exponentials = &divide_exponentials<Arch, T>,
          .divide_kept = &divide_kept<Arch, T>,
          .end_streams = &end_streams<Arch>};
}

template <class Arch, element T>
consteval primitives<T> make_primitives_of() {
  primitives<T> all{.row = make_rows<Arch, T>(), .sums = {}};
  const auto add = [&]<class... Methods>(method_list<Methods...>) {
    ((all.sums[static_cast<std::size_t>(Methods::method)] = make_sums<Arch, Methods, T>()), ...);
  };
  add(methods{});
  return all;
}

/// Evaluated by the compiler: nothing of this may run, or be shared, as code.
template <class Arch>
consteval isa_primitives make_primitives() {
  return {make_primitives_of<Arch, double>(), make_primitives_of<Arch, float>(),
          make_primitives_of<Arch, fp16>(), make_primitives_of<Arch, bf16>()};
}

}  // namespace permdelta

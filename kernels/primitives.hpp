#pragma once

/// What the operations (operation/) are made of: sums of the terms of a row, its maximum, its
/// exponentials, and its elements over a divisor.
///
/// Each is a function compiled once for each instruction set and element type, the sums once more
/// for each method (isa/table.hpp); an operation is ordinary code over pointers to them. All take
/// any number of elements, 0 included, at any alignment that T allows, and are noexcept.

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "kernels/element.hpp"
#include "kernels/exact/exact_call.hpp"
#include "kernels/exact/superaccumulator.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// What is added up of a row's elements x: themselves, (x - shift)^2, or e^(x - shift), where no x
/// is larger than the shift.
enum class terms : std::uint8_t { elements, squared_deviations, exponentials };

/// One pointer for each kind of terms.
template <class Function>
using per_terms = std::array<Function, 3>;

/// The sum of a row's terms, in the compute type. `call` is that of `exact`; other methods do not
/// read it.
template <element T>
using row_sum = compute_t<T> (*)(const T* x, std::size_t n, compute_t<T> shift,
                                 exact_call* call) noexcept;

/// The same for `rows` rows, at most max_rows, one after the other, with one shift each. If
/// `shifts` is null, every shift is 0.
template <element T>
using rows_sum = void (*)(const T* x, std::size_t rows, std::size_t n, const compute_t<T>* shifts,
                          compute_t<T>* sums, exact_call* call) noexcept;

/// The sums of one method.
template <element T>
struct sum_primitives {
  int lanes;                 ///< accumulators side by side (catalog.hpp)
  std::size_t side_by_side;  ///< how many rows it likes to be given at a time
  per_terms<row_sum<T>> row;
  per_terms<rows_sum<T>> rows;  ///< null where there is no quicker way than row by row

  /// Of exponentials that have been calculated (row_primitives::write_exponentials).
  row_sum<compute_t<T>> row_of_kept;
  rows_sum<compute_t<T>> rows_of_kept;

  /// Null for every method but `exact`. `rounded`: the sum of the elements, rounded once to T; null
  /// if T is C. `accumulate`: adds the sum of the terms, unrounded, to `*sum`.
  T (*rounded)(const T* x, std::size_t n, exact_call* call) noexcept;
  per_terms<void (*)(const T* x, std::size_t n, compute_t<T> shift,
                     superaccumulator<compute_t<T>>* sum, exact_call* call) noexcept>
      accumulate;

  [[nodiscard]] bool is_exact() const noexcept { return accumulate[0] != nullptr; }
};

/// y = numerator / divisor, rounded to C and then to T, for `rows` rows, at most max_rows, with a
/// divisor (and a shift) each. `far`: past the caches, if possible; then `end_streams` is due.
template <class Numerator, element T>
using quotients = void (*)(const Numerator* x, std::size_t rows, std::size_t n,
                           const compute_t<T>* shifts, const compute_t<T>* divisors, bool far,
                           T* y) noexcept;

/// What is the same for all methods.
template <element T>
struct row_primitives {
  using C = compute_t<T>;

  /// The largest element; NaN if one is NaN, -infinity if there is none.
  C (*maximum)(const T* x, std::size_t n) noexcept;

  /// e^(x - shift) of each element, written to `to`, which may be x.
  void (*write_exponentials)(const T* x, std::size_t n, C shift, C* to) noexcept;

  quotients<T, T> divide_elements;      ///< x / divisor; shifts are not read
  quotients<T, T> divide_deviations;    ///< (x - shift) / divisor
  quotients<T, T> divide_exponentials;  ///< e^(x - shift) / divisor
  quotients<C, T> divide_kept;          ///< of exponentials that have been calculated

  /// Orders earlier stores past the caches before all later stores.
  void (*end_streams)() noexcept;
};

/// All of one type and instruction set.
template <element T>
struct primitives {
  row_primitives<T> row;
  std::array<sum_primitives<T>, names_of<method>.size()> sums;  ///< by method
};

using isa_primitives = per_element_type<std::tuple, primitives>;

// A table for each file in isa/; catalog.cpp knows which of them there are.
extern const isa_primitives sse2_primitives;
extern const isa_primitives avx2_primitives;
extern const isa_primitives avx512_primitives;
extern const isa_primitives neon64_primitives;

}  // namespace permdelta

#pragma once

/// What an instruction set is compiled to: a table of primitives, one for each file beside this one.
/// catalog.cpp knows which of them there are.

#include <array>
#include <tuple>

#include "kernels/names.hpp"
#include "kernels/primitives.hpp"

namespace permdelta {

template <element T>
struct primitives {
  row_primitives<T> row;
  std::array<sum_primitives<T>, names_of<method>.size()> sums;  ///< by method
};

using isa_primitives = per_element_type<std::tuple, primitives>;

extern const isa_primitives sse2_primitives;
extern const isa_primitives avx2_primitives;
extern const isa_primitives avx512_primitives;
extern const isa_primitives neon64_primitives;

}  // namespace permdelta

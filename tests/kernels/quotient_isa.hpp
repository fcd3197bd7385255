#pragma once

#include <cstddef>

#include "kernels/names.hpp"

namespace permdelta::test {

/// quotients[i] = c[i] / d, by common_divisor. n is a multiple of 16.
template <class C>
using quotient_function = void (*)(const C* c, std::size_t n, C d, C* quotients) noexcept;

/// The same by two operations, if they are said to do; returns whether they are.
template <class C>
using two_operations_function = bool (*)(const C* c, std::size_t n, C d, C* quotients) noexcept;

/// Whether the quick ways are said to do for every x - mean.
template <class C>
using is_quick_function = bool (*)(C d, C mean) noexcept;

struct quotient_functions {
  permdelta::isa isa;
  quotient_function<float> corrected_float;
  quotient_function<double> corrected_double;
  two_operations_function<float> two_float;
  two_operations_function<double> two_double;
  is_quick_function<float> quick_float;
  is_quick_function<double> quick_double;
};

// One for each ISA that quotient_isa.cpp was compiled for.
extern const quotient_functions avx2;
extern const quotient_functions avx512;
extern const quotient_functions neon64;

}  // namespace permdelta::test

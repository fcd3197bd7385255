#pragma once

#include <cstddef>

#include "kernels/names.hpp"

namespace permdelta::test {

/// quotients[i] = c[i] / d, by common_divisor. n is a multiple of 16.
template <class C>
using quotient_function = void (*)(const C* c, std::size_t n, C d, C* quotients) noexcept;

struct quotient_functions {
  permdelta::isa isa;
  quotient_function<float> fast_float;
  quotient_function<double> fast_double;
};

// One for each ISA that quotient_isa.cpp was compiled for.
extern const quotient_functions avx2;
extern const quotient_functions avx512;
extern const quotient_functions neon64;

}  // namespace permdelta::test

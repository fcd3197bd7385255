#pragma once

/// A check that no order can blur.
///
/// The error that reordering alone may cause grows with n, and from some thousand elements on it
/// hides a lost one. On small integers there is no such error: as long as every partial sum is an
/// integer below 2^p, p being the significand of the compute type, each addition is exact in every
/// order. So `sum` has one right answer, `mean` one division behind it, and `layernorm`, fed with
/// integers whose sum is zero, has deviations and squares that are integers too.

#include <cstddef>
#include <string>

#include "bench/study.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// Empty if `run` computes the operation on `rows` rows of n such integers: `sum` and `mean` to a
/// unit in the last place, `layernorm` to four, or to six with eps under the root, where a
/// reciprocal is usual. Else one line that says where it is off. Beyond n = 2^24 elements of fp32
/// or fp16 some of the integers are zeros, and a lost one of those goes unnoticed.
template <element T>
[[nodiscard]] std::string validate_on_integers(const reduction<T>& run, operation, std::size_t n,
                                               std::size_t rows = 1,
                                               eps_place = eps_place::after_root);

}  // namespace permdelta

#pragma once

/// A check that no order can blur.
///
/// The error that reordering alone may cause grows with n, and from some thousand elements on it
/// hides a lost one. On small integers there is no such error: as long as every partial sum is an
/// integer below 2^p, p being the significand of the compute type, each addition is exact in every
/// order. So `sum` has one right answer, and `mean` one division behind it. `layernorm`, fed with
/// integers whose sum is zero, has deviations and squares that are integers too, and `rmsnorm` has
/// such squares of any integers. `softmax` gets two values, one so far below the other that its
/// exponential is 0 in every type: then it counts the others, each of which adds 1.

#include <cstddef>
#include <string>

#include "bench/judged.hpp"
#include "bench/task.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// Empty if `run` computes the operation on `rows` rows of n such integers: `sum` and `mean` to a
/// unit in the last place, `softmax` to two, `layernorm` to four, or to six with eps under the
/// root, where a reciprocal is usual, as does `rmsnorm`. Else one line that says where it is off.
/// Not seen:
/// - beyond n = 2^24 elements of a type that is added in float some of the integers are zeros, or
///   masked, and a lost one of those goes unnoticed, as does a masked one at any n;
/// - a lost element moves what `layernorm` and `rmsnorm` make by less than those ulps from n = 2^15
///   to 2^20 on, according to its size, and `softmax` from 2^21; in 16 bits from some hundred on;
/// - of softmax's exponential only that e^0 is 1 and e^-1000 is 0.
[[nodiscard]] std::string validate_on_integers(judged& run, operation, std::size_t n,
                                               std::size_t rows = 1,
                                               eps_place = eps_place::after_root);

}  // namespace permdelta

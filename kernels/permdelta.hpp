#pragma once

/// @file
/// permdelta's kernels as functions, for programs that only want the answer to stop moving.
///
///     #include <permdelta/kernels/permdelta.hpp>
///     const float s = permdelta::sum(x);                                  // correctly rounded
///     const double m = permdelta::mean(y, permdelta::method::pairwise);   // NumPy's order
///     permdelta::layernorm(x, z);                                         // also rmsnorm, softmax
///
/// Every function runs the kernel of the widest instruction set that the machine has. With the
/// method `exact`, the default, the sums behind a result are correctly rounded, so it depends on
/// the elements alone: not on their order, the machine, or how a caller cuts them
/// (`exact_accumulator` adds in parts). With `sequential` and `pairwise` it depends on the order,
/// but not on the machine; with `lane_split` and `kahan` on both.
///
/// Expected of the caller: rounding to nearest (fesetround), no flush-to-zero or
/// denormals-are-zero. Both are checked in debug builds by `exact`, which needs them for its
/// promise; a program linked with GCC's -ffast-math starts with them wrong. `exact` leaves the
/// floating-point flags as they were; the other methods raise them as arithmetic does. Functions
/// are safe to call from several threads; the first call looks the kernels up, and later ones
/// allocate nothing.

#include <span>

#include "element.hpp"
#include "exact/accumulator.hpp"
#include "export.h"
#include "names.hpp"

namespace permdelta {

/// The sum of all elements, rounded to their type: T( S(x) ); +0 of none. Infinities and NaN go
/// through as they would in additions, and a finite sum that overflows T is infinite. For fp16 and
/// bf16 the method `exact` rounds once, the others to float and then to T.
/// @{
[[nodiscard]] PERMDELTA_EXPORT double sum(std::span<const double> x,
                                          method = method::exact) noexcept;
[[nodiscard]] PERMDELTA_EXPORT float sum(std::span<const float> x, method = method::exact) noexcept;
[[nodiscard]] PERMDELTA_EXPORT fp16 sum(std::span<const fp16> x, method = method::exact) noexcept;
[[nodiscard]] PERMDELTA_EXPORT bf16 sum(std::span<const bf16> x, method = method::exact) noexcept;
/// @}

/// Their mean, T( S(x) / n ), where S(x) and the quotient are rounded to the compute type (float
/// for fp16 and bf16); NaN of none.
/// @{
[[nodiscard]] PERMDELTA_EXPORT double mean(std::span<const double> x,
                                           method = method::exact) noexcept;
[[nodiscard]] PERMDELTA_EXPORT float mean(std::span<const float> x,
                                          method = method::exact) noexcept;
[[nodiscard]] PERMDELTA_EXPORT fp16 mean(std::span<const fp16> x, method = method::exact) noexcept;
[[nodiscard]] PERMDELTA_EXPORT bf16 mean(std::span<const bf16> x, method = method::exact) noexcept;
/// @}

/// y_i = T( (x_i - m) / (sqrt(v) + eps) ) with m = S(x)/n and v = S((x - m)^2)/n: each operation
/// rounded to the compute type, and eps after the square root (PyTorch and ONNX put it under the
/// root; infinitely large an eps gives zeros). n = x.size() elements; eps is rounded to the compute
/// type. Throws std::invalid_argument if y has another size or overlaps x, or if eps is negative or
/// NaN.
/// @{
PERMDELTA_EXPORT void layernorm(std::span<const double> x, std::span<double> y, double eps = 1e-6,
                                method = method::exact);
PERMDELTA_EXPORT void layernorm(std::span<const float> x, std::span<float> y, double eps = 1e-6,
                                method = method::exact);
PERMDELTA_EXPORT void layernorm(std::span<const fp16> x, std::span<fp16> y, double eps = 1e-6,
                                method = method::exact);
PERMDELTA_EXPORT void layernorm(std::span<const bf16> x, std::span<bf16> y, double eps = 1e-6,
                                method = method::exact);
/// @}

/// y_i = T( x_i / sqrt(S(x^2)/n + eps) ), else like layernorm: eps is under the root, where
/// everybody has it.
/// @{
PERMDELTA_EXPORT void rmsnorm(std::span<const double> x, std::span<double> y, double eps = 1e-6,
                              method = method::exact);
PERMDELTA_EXPORT void rmsnorm(std::span<const float> x, std::span<float> y, double eps = 1e-6,
                              method = method::exact);
PERMDELTA_EXPORT void rmsnorm(std::span<const fp16> x, std::span<fp16> y, double eps = 1e-6,
                              method = method::exact);
PERMDELTA_EXPORT void rmsnorm(std::span<const bf16> x, std::span<bf16> y, double eps = 1e-6,
                              method = method::exact);
/// @}

/// y_i = T( e_i / S(e) ) with e_i = exp(x_i - max x), within a unit in the last place of the
/// compute type and with the same bits on every machine. 0 where x_i is -infinity; NaN everywhere
/// if all x are, or if one is +infinity or NaN. Throws std::invalid_argument if y has another size
/// or overlaps x.
/// @{
PERMDELTA_EXPORT void softmax(std::span<const double> x, std::span<double> y,
                              method = method::exact);
PERMDELTA_EXPORT void softmax(std::span<const float> x, std::span<float> y, method = method::exact);
PERMDELTA_EXPORT void softmax(std::span<const fp16> x, std::span<fp16> y, method = method::exact);
PERMDELTA_EXPORT void softmax(std::span<const bf16> x, std::span<bf16> y, method = method::exact);
/// @}

}  // namespace permdelta

#pragma once

/** @file
 * permdelta's kernels for C, and for whatever can call C (examples/python does, by ctypes).
 *
 *     #include <permdelta/kernels/permdelta.h>
 *     float s = permdelta_sum_f32(x, n, PERMDELTA_EXACT);
 *
 * The functions are those of permdelta.hpp, with the same bits, and what is said there holds here:
 * what the methods promise, and what they expect of the floating-point environment. f32 is float,
 * f64 is double. n is a number of elements; with n = 0 the pointers may be null, else x is n
 * elements that can be read, and y n elements that can be written. Nothing has to be aligned to
 * more than its type, nothing is kept after the call, nothing has to be freed, and no exception
 * leaves a function. All are safe to call from several threads.
 */

#include <stddef.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In C++, too, any int is a value of the enumerations below: one that means nothing is refused. */
#ifdef __cplusplus
#define PERMDELTA_INT : int
#else
#define PERMDELTA_INT
#endif

/** How elements are added up, and by how much the sum may be wrong, as a share of the sum of the
 * magnitudes, where nothing overflows: u is 2^-24 for float and 2^-53 for double. The README says
 * more. */
typedef enum permdelta_method PERMDELTA_INT {
  PERMDELTA_SEQUENTIAL = 0, /**< left to right: (n - 1) u */
  PERMDELTA_PAIRWISE = 1,   /**< NumPy's tree: about (log2 n + 11) u */
  PERMDELTA_KAHAN = 2,      /**< compensated: 2 u + n u^2 */
  PERMDELTA_LANE_SPLIT = 3, /**< the plain SIMD sum, of L lanes: (n / L - 1 + log2 L) u */
  PERMDELTA_EXACT = 4       /**< correctly rounded, in every order and on every machine: u */
} permdelta_method;

/** What became of a call. Whatever is not PERMDELTA_OK has written nothing. */
typedef enum permdelta_status PERMDELTA_INT {
  PERMDELTA_OK = 0,
  PERMDELTA_BAD_METHOD = 1, /**< the method is none of enum permdelta_method */
  PERMDELTA_OVERLAP = 2,    /**< x and y have an element in common */
  PERMDELTA_BAD_EPS = 3     /**< eps is negative or NaN */
} permdelta_status;

#undef PERMDELTA_INT

/** The sum of the n elements of x, rounded to their type; +0 of none. Infinities and NaN go through
 * as they would in additions, and a finite sum that overflows the type is infinite. A method that
 * there is not gives NaN. */
/** @{ */
PERMDELTA_EXPORT float permdelta_sum_f32(const float* x, size_t n, permdelta_method method);
PERMDELTA_EXPORT double permdelta_sum_f64(const double* x, size_t n, permdelta_method method);
/** @} */

/** Their mean: the sum and its quotient by n, each rounded to the type; NaN of none, and by a
 * method that there is not. */
/** @{ */
PERMDELTA_EXPORT float permdelta_mean_f32(const float* x, size_t n, permdelta_method method);
PERMDELTA_EXPORT double permdelta_mean_f64(const double* x, size_t n, permdelta_method method);
/** @} */

/** y[i] = (x[i] - m) / (sqrt(v) + eps) with the mean m of x and the mean v of (x - m)^2: each
 * operation rounded to the type, and eps, 0 or greater, after the root. 1e-6 is what C++ has where
 * nothing else is said. */
/** @{ */
PERMDELTA_EXPORT permdelta_status permdelta_layernorm_f32(const float* x, float* y, size_t n,
                                                          double eps, permdelta_method method);
PERMDELTA_EXPORT permdelta_status permdelta_layernorm_f64(const double* x, double* y, size_t n,
                                                          double eps, permdelta_method method);
/** @} */

/** y[i] = x[i] / sqrt(q + eps) with the mean q of x^2: eps, 0 or greater, is under the root. */
/** @{ */
PERMDELTA_EXPORT permdelta_status permdelta_rmsnorm_f32(const float* x, float* y, size_t n,
                                                        double eps, permdelta_method method);
PERMDELTA_EXPORT permdelta_status permdelta_rmsnorm_f64(const double* x, double* y, size_t n,
                                                        double eps, permdelta_method method);
/** @} */

/** y[i] = e[i] / (the sum of e) with e[i] = exp(x[i] - the largest x), within a unit in the last
 * place of the type. 0 where x[i] is -infinity; NaN everywhere if all x are, or if one is +infinity
 * or NaN. */
/** @{ */
PERMDELTA_EXPORT permdelta_status permdelta_softmax_f32(const float* x, float* y, size_t n,
                                                        permdelta_method method);
PERMDELTA_EXPORT permdelta_status permdelta_softmax_f64(const double* x, double* y, size_t n,
                                                        permdelta_method method);
/** @} */

/** A status in words, "x and y overlap" say; never null, and valid for ever. */
PERMDELTA_EXPORT const char* permdelta_status_text(permdelta_status status);

/** The version of the library that is linked, "0.1.0" say; valid for ever. */
PERMDELTA_EXPORT const char* permdelta_version(void);

#ifdef __cplusplus
}
#endif

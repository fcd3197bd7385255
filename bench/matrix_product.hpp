#pragma once

/// The one matrix product of the network experiment.

#include <cstddef>
#include <string>

namespace permdelta {

/// c = a b: a has `rows` rows and `inner` columns, b `columns` columns, all row by row; c overlaps
/// neither. By Eigen, compiled once for the instruction set that every machine of this kind has,
/// on one thread, and blocked for caches of fixed sizes: the same bits at every call, on every
/// machine of this kind, with the same version of Eigen.
void matrix_product(const double* a, const double* b, double* c, std::size_t rows,
                    std::size_t inner, std::size_t columns);
void matrix_product(const float* a, const float* b, float* c, std::size_t rows, std::size_t inner,
                    std::size_t columns);

/// By which library, and its version.
[[nodiscard]] std::string matrix_product_library();

}  // namespace permdelta

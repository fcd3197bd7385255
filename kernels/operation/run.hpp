#pragma once

/// A kernel: an operation on any number of rows, by the primitives of a method, an element type and
/// an instruction set.

#include "kernels/kernel_function.hpp"

namespace permdelta {

/// What `kernel_function<T>::run` is for an operation by a method.
template <element T>
[[nodiscard]] run_function<T> run_of(operation, method) noexcept;

}  // namespace permdelta

#pragma once

/// Several threads at one kernel, by OpenMP.

#include <cstddef>

#include "bench/study.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {

/// Whether this build can have more than one.
[[nodiscard]] bool has_workers() noexcept;

/// The kernel, of element type T, with its rows dealt to so many threads in contiguous shares; a
/// single row is cut into as many parts, whose sums are combined in their order
/// (kernels/parts.hpp).
template <element T>
[[nodiscard]] reduction<T> with_workers(const kernel&, std::size_t workers);

}  // namespace permdelta

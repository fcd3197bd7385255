#pragma once

/// A deep network around one reduction, in which small differences grow: the seed experiment's last
/// section.
///
/// L pre-norm residual layers, x <- x + W_l relu(V_l layernorm(x)), on rows of features. The
/// weights are fixed by the seed and scaled as in practice: normal numbers over the root of the
/// width, and those of W, which ends the residual branch, over that of L too. The features x are
/// kept in the element type T; products are made in its compute type C, by one routine that is the
/// same for everybody (matrix_product.hpp), and each step is rounded to T once: x + W h, and
/// layernorm's results. All that differs from one variant to another is the reduction inside
/// layernorm.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bench/network_shape.hpp"
#include "bench/task.hpp"
#include "kernels/element.hpp"

namespace permdelta {

/// V_l and W_l, each width x width, row by row: a row of features is multiplied from the left.
template <class C>
struct network_weights {
  std::vector<std::vector<C>> inner;
  std::vector<std::vector<C>> outer;
};

template <class C>
[[nodiscard]] network_weights<C> make_weights(network_shape, std::uint64_t seed);

/// Layernorm of all rows of x, to y.
template <element T>
using row_normalization = std::function<void(std::span<const T> x, std::span<T> y)>;

/// Memory for one forward pass: made once, so that timing it allocates nothing.
template <element T>
struct network_memory {
  explicit network_memory(network_shape of);

  std::vector<T> features;
  std::vector<T> normalized;
  std::vector<compute_t<T>> left;
  std::vector<compute_t<T>> right;
};

/// One forward pass over the rows x. `after(l, features)` is called after layer l = 0, 1, ...; what
/// is in `memory.features` in the end is the result.
template <element T>
void forward(const network_weights<compute_t<T>>&, network_shape, std::span<const T> x,
             const row_normalization<T>&, network_memory<T>& memory,
             const std::function<void(std::size_t, std::span<const T>)>& after = {});

/// The result in at least twice the precision, rounded to the storage format in the end only.
template <class C>
[[nodiscard]] std::vector<double> network_reference(const network_weights<C>&, network_shape,
                                                    std::span<const double> x, eps_place,
                                                    const format& storage);

}  // namespace permdelta

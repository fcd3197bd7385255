#pragma once

/// The untimed experiment behind the counters: one kernel, one input, many orders.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/judged.hpp"
#include "bench/order.hpp"
#include "bench/reference.hpp"

namespace permdelta {

struct study_result {
  double max_perm_delta = 0;         ///< unit of the result
  double perm_delta_ulp = 0;         ///< the same in ulp of T at the largest |output|
  std::size_t distinct_results = 0;  ///< distinct bit patterns over all orders, identity included
  double max_error_ulp = 0;  ///< worst distance to the correctly rounded result over all orders
  std::size_t orders = 0;    ///< orders run besides the identity
  /// Largest change between any numbers of parts, of `split_counts`, and between any instruction
  /// sets, both in the input's own order and in ulp of T at the largest |output|; none where the
  /// subject can't be cut, or is compiled once.
  std::optional<double> split_delta_ulp;
  std::optional<double> isa_delta_ulp;
  /// What is wrong with the results in an order, in parts, or by another instruction set: the first
  /// output of some that is off by more than its tolerance; empty if none is.
  std::string problem = {};
};

/// Into how many parts a study cuts a row: what numbers of threads do.
inline constexpr std::array<std::size_t, 18> split_counts{1,  2,  3,  4,  5,  6,  7,  8,  9,
                                                          10, 11, 12, 13, 14, 15, 16, 32, 64};

/// Runs `run` on the identity, the ascending and the descending order of each row of x and then on
/// random ones, the same for every row, `orders.size()` of them besides the identity in all; then
/// in parts and by every instruction set. The
/// README's section on counters has the definitions; of several rows, each counter is that of the
/// row where it is largest. `references` has one for each row, all finite; every output of `run`
/// must be finite too, which `validate` has established for x itself.
[[nodiscard]] study_result run_study(judged& run, std::span<const double> x,
                                     std::span<const reference> references, random_orders& orders);

/// Makes each counter of `largest` that of `other` where that is larger.
void raise(study_result& largest, const study_result& other);

/// Empty if outputs y, of as many rows as there are references, are within their tolerances; else
/// one line that says which is off, counted from `first` of all `of`, what was expected and what
/// came.
[[nodiscard]] std::string validate(std::span<const double> y, std::span<const reference> references,
                                   std::size_t first, std::size_t of);

/// The same of what `run` makes of the rows of x.
[[nodiscard]] std::string validate(judged& run, std::span<const double> x,
                                   std::span<const reference> references);

}  // namespace permdelta

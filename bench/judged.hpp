#pragma once

/// A reduction as the code that judges it sees it: on doubles, whatever its element type is. Code
/// for the element type itself is behind this interface.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "bench/formats.hpp"
#include "bench/order.hpp"
#include "bench/reduction.hpp"
#include "kernels/names.hpp"

namespace permdelta {

class judged {
 public:
  virtual ~judged() = default;
  judged(const judged&) = delete;
  judged& operator=(const judged&) = delete;

  [[nodiscard]] element_type type() const noexcept { return type_; }
  [[nodiscard]] const permdelta::formats& formats() const noexcept { return formats_of(type_); }

  /// Copies rows of equal length, aligned like those that are timed. The functions below reduce
  /// these rows and write to y, which has as many outputs per row as the operation. Each may throw
  /// what the reduction throws.
  virtual void load(std::span<const double> x, std::size_t rows) = 0;

  virtual void run(std::span<double> y) = 0;

  /// Reduces row r in the order order_of(r): element i is the one at position order[i]. order_of is
  /// called once for each row, in turn.
  using order_of_row = std::function<std::span<const position>(std::size_t r)>;
  virtual void run_in(const order_of_row& order_of, std::span<double> y) = 0;

  /// The outputs for all rows, `results` for each. An output that the reduction does not write is
  /// NaN. Throws row_error if the reduction writes beyond them.
  [[nodiscard]] virtual std::vector<double> results(std::size_t results) = 0;

  /// The other ways of a reduction (reduction.hpp), as far as it has them.
  [[nodiscard]] virtual bool has_parts() const noexcept = 0;
  virtual void run_in_parts(std::size_t parts, std::span<double> y) = 0;
  [[nodiscard]] virtual std::size_t isas() const noexcept = 0;
  virtual void run_by_isa(std::size_t which, std::span<double> y) = 0;

 protected:
  explicit judged(element_type type) noexcept : type_(type) {}

 private:
  element_type type_;
};

template <element T>
[[nodiscard]] std::unique_ptr<judged> as_judged(reduction<T> run);

}  // namespace permdelta

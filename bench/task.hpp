#pragma once

/// @file
/// What a kernel computes: the first part of its rows' names, and what its results are held
/// against.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../kernels/element.hpp"
#include "../kernels/names.hpp"

namespace permdelta {

/// Where layernorm adds its eps, which is 1e-6: to the root of the variance, as the kernels here
/// do, or to the variance, as PyTorch, ONNX and oneDNN do. rmsnorm's is always under the root.
enum class eps_place : std::uint8_t { after_root, under_root };

/// How a kernel comes by its sums.
enum class sums : std::uint8_t {
  /// It adds the elements, and squares of their deviations, in whatever order. Of small integers
  /// that is exact, and so it is tried on those: a lost element shows there among thousands.
  of_terms,
  /// It keeps a mean and corrects it as it goes, as Welford's algorithm does, and rounds on the way
  /// even where all elements are integers. It is held against the reference alone.
  updated
};

/// What one row should give, by somebody's own account.
struct exact_results {
  /// The outputs, as near to the exact ones as a double is. Where one is further off, kernels are
  /// charged with the difference.
  std::vector<double> values;
  /// For each of them, how far a right kernel's may be off before it rounds it to its element type,
  /// in whatever order it adds: a bound, such as (n - 1) u sum|x| for a sum, u being half an ulp
  /// of 1 in what it calculates in (Jeannerod and Rump, 2013: for every n). The rounding is allowed
  /// for beside it.
  std::vector<double> tolerances;
  /// False where a right kernel may overflow on its way. Then the row says so, and none is judged.
  bool sums_fit = true;
};

/// An operation that depends on its elements and not on their places: in another order the one
/// output of a row is the same, and one an element goes with its element. (A prefix sum is none.)
///
/// Gives the results of a row x of elements of any type, whose values are doubles exactly.
/// `compute` is the format that kernels calculate in: double's for fp64, float's for the others.
using own_reference =
    std::function<exact_results(std::span<const double> x, const format& compute)>;

/// How many outputs a row has: one, or one for each element.
enum class outputs : std::uint8_t { one, each };

/// An operation of the catalog, or one's own.
class task {
 public:
  /// One of the operations of the catalog. Its reference is correctly rounded. Its tolerance is
  /// derived, for kernels that subtract the mean first and add then: one that does otherwise, and
  /// is further off where the mean is large beside the deviations, is called wrong.
  task(operation what, eps_place eps = eps_place::after_root,
       permdelta::sums sums = permdelta::sums::of_terms)
      : what_(known{what, eps, sums}) {}

  /// An operation of one's own, which has none but its own reference. Rows of one name are shown
  /// side by side, whatever their references are. Throws std::invalid_argument if the name has
  /// other characters than letters, digits, `_`, `-` and `=`, or is `network`, or if there is no
  /// reference.
  task(std::string name, permdelta::outputs outputs, own_reference reference);

  /// The first part of its rows' names: `layernorm`.
  [[nodiscard]] std::string_view name() const noexcept;

  [[nodiscard]] permdelta::outputs outputs() const noexcept;

  /// How many outputs a row of n elements has.
  [[nodiscard]] std::size_t output_size(std::size_t n) const noexcept;

  struct known {
    permdelta::operation operation;
    eps_place eps;
    permdelta::sums sums;
    friend auto operator<=>(const known&, const known&) = default;
  };
  struct own {
    std::string name;
    permdelta::outputs outputs;
    own_reference reference;
  };

  /// The operation of the catalog, or nullptr.
  [[nodiscard]] const known* if_known() const noexcept { return std::get_if<known>(&what_); }
  /// The operation of one's own, or nullptr.
  [[nodiscard]] const own* if_own() const noexcept {
    const auto* const pointer = std::get_if<std::shared_ptr<const own>>(&what_);
    return pointer == nullptr ? nullptr : pointer->get();
  }

  /// Copies of one task are equal.
  friend auto operator<=>(const task&, const task&) = default;

 private:
  std::variant<known, std::shared_ptr<const own>> what_;
};

}  // namespace permdelta

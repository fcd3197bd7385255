#pragma once

/// The harness judges doubles; here is what it judges by, on elements, as tests have them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/aligned.hpp"
#include "bench/double_double.hpp"
#include "bench/formats.hpp"
#include "bench/input.hpp"
#include "bench/judged.hpp"
#include "bench/probe.hpp"
#include "bench/reference.hpp"
#include "bench/study.hpp"
#include "kernels/catalog.hpp"
#include "tests/kernels/values.hpp"

namespace permdelta::test {

template <element T>
[[nodiscard]] std::vector<T> narrowed(std::span<const double> values) {
  std::vector<T> x(values.size());
  narrow<T>(values, x);
  return x;
}

template <element T>
[[nodiscard]] std::vector<T> make_input(distribution from, std::size_t n, std::uint64_t seed) {
  return narrowed<T>(draw(from, n, seed, element_type_of<T>));
}
template <element T>
[[nodiscard]] aligned_vector<T> make_input_rows(distribution from, std::size_t rows, std::size_t n,
                                                std::uint64_t seed) {
  const auto x = narrowed<T>(draw_rows(from, rows, n, seed, element_type_of<T>));
  return {x.begin(), x.end()};
}
template <element T>
[[nodiscard]] double cancel_sum(std::size_t n, std::uint64_t seed) {
  return permdelta::cancel_sum(n, seed, element_type_of<T>);
}
template <element T>
[[nodiscard]] double ulp_at(double value) {
  return permdelta::ulp_at(value, format_of<T>);
}
template <element T>
[[nodiscard]] T round_to(double_double value) {
  return from_double<T>(rounded(value, format_of<T>));
}
template <element T>
[[nodiscard]] T round_to(double_double significand, int exponent) {
  return from_double<T>(rounded(significand, exponent, format_of<T>));
}

/// Its results are elements, and doubles to whom it is a reference.
template <element T>
struct typed_reference : reference {
  std::vector<T> result;

  void hold_to(std::span<const T> x, std::optional<double> sum_error) {
    reference::hold_to(widened(x), sum_error);
  }
};

template <element T>
[[nodiscard]] typed_reference<T> make_reference(const task& what, std::span<const T> x) {
  typed_reference<T> made{
      {permdelta::make_reference(what, widened(x), formats_of(element_type_of<T>))}, {}};
  made.result = narrowed<T>(made.reference::result);
  return made;
}
template <element T>
[[nodiscard]] typed_reference<T> make_reference(operation op, std::span<const T> x,
                                                eps_place eps = eps_place::after_root,
                                                sums how = sums::of_terms) {
  return make_reference<T>(task(op, eps, how), x);
}

template <element T>
using typed_references = std::span<const typed_reference<T>>;

template <element T>
[[nodiscard]] std::vector<reference> untyped(typed_references<T> references) {
  return {references.begin(), references.end()};
}

template <element T>
[[nodiscard]] study_result run_study(const reduction<T>& run, std::span<const T> x,
                                     typed_references<T> references, random_orders& orders) {
  return permdelta::run_study(*as_judged(run), widened(x), untyped<T>(references), orders);
}
template <element T>
[[nodiscard]] study_result run_study(const reduction<T>& run, std::span<const T> x,
                                     const typed_reference<T>& correct, random_orders& orders) {
  return run_study<T>(run, x, std::span(&correct, 1), orders);
}

template <element T>
[[nodiscard]] std::string validate(const reduction<T>& run, std::span<const T> x,
                                   typed_references<T> references) {
  return permdelta::validate(*as_judged(run), widened(x), untyped<T>(references));
}
template <element T>
[[nodiscard]] std::string validate(const reduction<T>& run, std::span<const T> x,
                                   const typed_reference<T>& correct) {
  return validate<T>(run, x, std::span(&correct, 1));
}

template <element T>
[[nodiscard]] std::string validate_on_integers(const reduction<T>& run, operation op, std::size_t n,
                                               std::size_t rows = 1,
                                               eps_place eps = eps_place::after_root) {
  return permdelta::validate_on_integers(*as_judged(run), op, n, rows, eps);
}

}  // namespace permdelta::test

#include "bench/network_row.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>

#include "bench/guarded.hpp"
#include "bench/network_study.hpp"
#include "bench/options.hpp"
#include "bench/probe.hpp"
#include "run/row_name.hpp"

namespace permdelta {

network_row::network_row(const subject& what, distribution from, network_shape of)
    : row(what, std::string(network_operation), from, {of.width, of.rows},
          {{"layers", std::to_string(of.layers)}}),
      of_(of) {}

std::size_t network_row::items() const noexcept {
  return of_.features() * of_.layers;
}

std::size_t network_row::bytes() const noexcept {
  const std::size_t compute_size =
      std::visit([]<element T>(const reduction<T>&) { return sizeof(compute_t<T>); }, what().run);
  return 2 * of_.features() * element_size() + of_.weights() * compute_size;
}

std::size_t network_row::requested_orders(const options& chosen) const noexcept {
  return chosen.network_orders;
}

row::verdict network_row::judge(workspace& shared) const {
  return std::visit(
      [&](const auto& layernorm) {
        return judge(guarded(layernorm, shared.study_limit()), shared);
      },
      what().run);
}

template <element T>
row::verdict network_row::judge(const reduction<T>& layernorm, workspace& shared) const {
  const auto x = shared.input<T>(origin(), shape());
  const task::known& known = *what().task.if_known();
  std::string problem;
  if (known.sums == sums::of_terms)
    problem =
        validate_on_integers<T>(layernorm, operation::layernorm, of_.width, of_.rows, known.eps);
  if (problem.empty())
    problem = validate<T>(
        layernorm, x,
        shared.references<T>(what().task, origin(), shape(), 0, of_.rows, layernorm.sum_error));
  if (!problem.empty())
    return {.problem = "its layernorm, n = " + std::to_string(of_.width) + ": " + problem,
            .wrong = true};

  const auto correct = shared.network_references<T>(known.eps, origin(), of_);
  if (!std::ranges::all_of(correct, [](T value) { return std::isfinite(to_double(value)); }))
    return {.problem =
                "the correctly rounded result overflows " + std::string(permdelta::name(type()))};
  auto studied = study_network<T>(layernorm, shared.weights<compute_t<T>>(of_), of_, x, correct,
                                  shared.network_orders(of_));
  verdict result;
  result.study = studied.last;
  result.layer_deltas = std::move(studied.layer_deltas);
  return result;
}

row::timed_loop network_row::prepare(workspace& shared) const {
  return std::visit(
      [&]<element T>(const reduction<T>& layernorm) -> timed_loop {
        return [&layernorm, of = of_, x = shared.input<T>(origin(), shape()),
                &weights = shared.weights<compute_t<T>>(of_),
                memory = network_memory<T>(of_)](std::size_t iterations) mutable {
          const row_normalization<T> normalize = [&](std::span<const T> rows, std::span<T> y) {
            layernorm(rows, of.rows, y);
          };
          // Each pass calls the subject, which the compiler does not see: none can be left out.
          for (; iterations != 0; --iterations) forward<T>(weights, of, x, normalize, memory);
        };
      },
      what().run);
}

}  // namespace permdelta

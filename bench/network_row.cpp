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
      [&]<element T>(const reduction<T>& reduce) -> verdict {
        const reduction<T> layernorm = guarded(reduce, shared.study_limit());
        const auto x = shared.input<T>(origin(), shape());
        const std::vector<double> values = widened<T>(x);
        const auto judge = as_judged(layernorm);
        if (std::string problem = objection_to(*judge, values, reduce.sum_error, shared);
            !problem.empty())
          return {.problem = "its layernorm, n = " + std::to_string(of_.width) + ": " + problem,
                  .wrong = true};
        const auto correct =
            shared.network_references(what().task.if_known()->eps, type(), origin(), of_, values);
        if (!std::ranges::all_of(correct, [](double value) { return std::isfinite(value); }))
          return {.problem = "the correctly rounded result overflows " +
                             std::string(permdelta::name(type()))};
        auto studied =
            study_network(pass_of<T>(layernorm, shared.weights<compute_t<T>>(of_), of_, x), *judge,
                          of_.layers, correct, shared.network_orders(of_));
        return {.study = studied.last, .layer_deltas = std::move(studied.layer_deltas)};
      },
      what().run);
}

std::string network_row::objection_to(judged& layernorm, std::span<const double> x,
                                      const workspace::error_of_sums& sum_error,
                                      workspace& shared) const {
  const task::known& known = *what().task.if_known();
  std::string problem;
  if (known.sums == sums::of_terms)
    problem = validate_on_integers(layernorm, operation::layernorm, of_.width, of_.rows, known.eps);
  if (problem.empty())
    problem = validate(layernorm, x,
                       shared.references(what().task, type(), origin(), shape(), 0, x, sum_error));
  return problem;
}

row::timed_loop network_row::prepare(workspace& shared, std::size_t /*room*/) const {
  return std::visit(
      [&]<element T>(const reduction<T>& layernorm) -> timed_loop {
        return {[&layernorm, of = of_, x = shared.input<T>(origin(), shape()),
                 &weights = shared.weights<compute_t<T>>(of_),
                 memory = network_memory<T>(of_)](std::size_t iterations) mutable {
          const row_normalization<T> normalize = [&](std::span<const T> rows, std::span<T> y) {
            layernorm(rows, of.rows, y);
          };
          // Each pass calls the subject, which the compiler does not see: none can be left out.
          for (; iterations != 0; --iterations) forward<T>(weights, of, x, normalize, memory);
        }};
      },
      what().run);
}

}  // namespace permdelta

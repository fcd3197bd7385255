#include "bench/reduction_row.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/aligned.hpp"
#include "bench/guarded.hpp"
#include "bench/probe.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

// Rows are studied so many elements at a time.
constexpr std::size_t elements_at_a_time = std::size_t{1} << 20;

// Why the rows of x can't be reduced; empty if they can. Softmax may have masks: elements that are
// -infinity, though not all of a row.
std::string objection_to(const task& what, std::span<const double> x, std::size_t rows) {
  const task::known* const known = what.if_known();
  const bool may_mask = known != nullptr && known->operation == operation::softmax;
  const auto is_finite = [](double value) { return std::isfinite(value); };
  const auto may_be = [&](double value) { return is_finite(value) || (may_mask && value < 0); };
  if (!std::ranges::all_of(x, may_be)) return "the input has elements that are not finite";
  const std::size_t n = x.size() / rows;
  for (std::size_t r = 0; r < rows; ++r)
    if (std::ranges::none_of(x.subspan(r * n, n), is_finite))
      return "row " + std::to_string(r) + " (from 0) of the input is -infinity throughout";
  return {};
}

}  // namespace

reduction_row::reduction_row(const subject& what, const permdelta::origin& from,
                             permdelta::shape of)
    : row(what, std::string(what.task.name()), from, of, {}) {}

std::size_t reduction_row::bytes() const noexcept {
  const std::size_t outputs = shape().rows * what().task.output_size(shape().n);
  return (shape().elements() + outputs) * element_size();
}

row::verdict reduction_row::judge(workspace& shared) const {
  return std::visit(
      [&]<element T>(const reduction<T>& reduce) {
        const auto x = shared.input<T>(origin(), shape());
        const reduction<T> guarded_one = guarded(reduce, shared.study_limit());
        verdict result = judge(*as_judged(guarded_one), widened<T>(x), reduce.sum_error, shared);
        // The parts of a single row go another way than the row itself.
        if (result.problem.empty() && reduce.fallback_rate &&
            (what().workers == 1 || shape().rows > 1))
          result.fallback_rate = guarded_one.fallback_rate(x, shape().rows);
        return result;
      },
      what().run);
}

row::verdict reduction_row::judge(judged& reduce, std::span<const double> x,
                                  const workspace::error_of_sums& sum_error,
                                  workspace& shared) const {
  const auto& [n, rows] = shape();
  const permdelta::task& task = what().task;
  if (std::string problem = objection_to(task, x, rows); !problem.empty())
    return {.problem = std::move(problem)};
  if (const auto* const known = task.if_known(); known != nullptr && known->sums == sums::of_terms)
    if (std::string problem = validate_on_integers(reduce, known->operation, n, rows, known->eps);
        !problem.empty())
      return {.problem = std::move(problem), .wrong = true};

  verdict result;
  const std::size_t results = task.output_size(n);
  reduce.load(x, rows);
  const std::vector<double> y = reduce.results(results);
  // What is known of the rows is many times their size.
  const std::size_t most = std::max<std::size_t>(1, elements_at_a_time / n);
  for (std::size_t first = 0; first < rows; first += most) {
    const std::size_t some = std::min(most, rows - first);
    const auto studied = x.subspan(first * n, some * n);
    const auto expected =
        shared.references(task, type(), origin(), shape(), first, studied, sum_error);
    if (!std::ranges::all_of(expected, &reference::sums_fit))
      return {.problem = "sums on the way may overflow " +
                         std::string(type() == element_type::fp64 ? "fp64" : "fp32")};
    if (!std::ranges::all_of(expected, &reference::finite))
      return {.problem =
                  "the correctly rounded result overflows " + std::string(permdelta::name(type()))};
    if (std::string problem = validate(std::span(y).subspan(first * results, some * results),
                                       expected, first * results, y.size());
        !problem.empty())
      return {.problem = "n = " + std::to_string(n) + ": " + problem, .wrong = true};
    raise(result.study, run_study(reduce, studied, expected, shared.orders(shape())));
    if (!result.study.problem.empty())
      return {.problem = "n = " + std::to_string(n) + ", " + result.study.problem, .wrong = true};
  }
  return result;
}

row::timed_loop reduction_row::prepare(workspace& shared, std::size_t room) const {
  return std::visit(
      [&]<element T>(const reduction<T>& reduce) -> timed_loop {
        struct memory {
          aligned_vector<T> inputs, outputs;  // with the room to move in
          std::span<const T> x;
          std::span<T> y;
        };
        const auto at = std::make_shared<memory>();
        const auto input = shared.input<T>(origin(), shape());
        const std::size_t results = shape().rows * what().task.output_size(shape().n);
        at->x = input;
        at->outputs.resize(results + room / sizeof(T));
        at->y = std::span(at->outputs).first(results);
        timed_loop loop{[&reduce, at, rows = shape().rows](std::size_t iterations) {
          reduce.repeat(iterations, at->x, rows, at->y);
        }};
        if (room == 0) return loop;
        at->inputs.resize(input.size() + room / sizeof(T));
        loop.move = [at, input, results](std::size_t x, std::size_t y) {
          const auto moved = std::span(at->inputs).subspan(x / sizeof(T), input.size());
          std::ranges::copy(input, moved.begin());
          at->x = moved;
          at->y = std::span(at->outputs).subspan(y / sizeof(T), results);
        };
        return loop;
      },
      what().run);
}

}  // namespace permdelta

#include "bench/row.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <string_view>
#include <vector>

#include "bench/aligned.hpp"
#include "bench/counters.hpp"
#include "bench/probe.hpp"
#include "bench/row_name.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

std::string name_of_row(const subject& what, const origin& from, shape of) {
  row_name parts{.operation = std::string(name(what.operation)),
                 .method = what.method,
                 .type = std::string(name(what.type())),
                 .distribution = std::string(name(from)),
                 .n = of.n,
                 .axes = {}};
  if (of.rows != 1) parts.axes.emplace_back("rows", std::to_string(of.rows));
  if (what.workers != 1) parts.axes.emplace_back("workers", std::to_string(what.workers));
  if (!what.isa.empty()) parts.axes.emplace_back("isa", what.isa);
  return to_string(parts);
}

// Rows are studied so many at a time.
constexpr std::size_t elements_at_a_time = std::size_t{1} << 20;

// Why the rows of x can't be reduced; empty if they can. Softmax may have masks: elements that are
// -infinity, though not all of a row.
template <element T>
std::string objection_to(operation op, std::span<const T> x, std::size_t rows) {
  const auto is_finite = [](T value) { return std::isfinite(to_double(value)); };
  const auto may_be = [&](T value) {
    return is_finite(value) || (op == operation::softmax && to_double(value) < 0);
  };
  if (!std::ranges::all_of(x, may_be)) return "the input has elements that are not finite";
  const std::size_t n = x.size() / rows;
  for (std::size_t r = 0; r < rows; ++r)
    if (std::ranges::none_of(x.subspan(r * n, n), is_finite))
      return "row " + std::to_string(r) + " (from 0) of the input is -infinity throughout";
  return {};
}

void set_counter(benchmark::State& state, const counter& which, double value) {
  state.counters[std::string(which.name)] = value;
}

}  // namespace

row::row(const subject& what, const permdelta::origin& from, permdelta::shape of)
    : subject_(&what), from_(from), shape_(of), name_(name_of_row(what, from, of)) {}

void row::run(benchmark::State& state, workspace& shared, bandwidth& limits) {
  std::visit(
      [&](const auto& reduce) {
        if (!verdict_) verdict_ = judge(reduce, shared);
        if (verdict_->problem.empty())
          time(reduce, state, shared, limits);
        else
          state.SkipWithError(verdict_->problem.c_str());
      },
      subject_->run);
  if (!verdict_->problem.empty()) return;

  const study_result& study = verdict_->study;
  set_counter(state, counters::max_perm_delta, study.max_perm_delta);
  set_counter(state, counters::perm_delta_ulp, study.perm_delta_ulp);
  set_counter(state, counters::distinct_results, static_cast<double>(study.distinct_results));
  set_counter(state, counters::max_error_ulp, study.max_error_ulp);
  set_counter(state, counters::orders, static_cast<double>(study.orders));
  const auto set_if_any = [&](const counter& which, const std::optional<double>& value) {
    if (value) set_counter(state, which, *value);
  };
  set_if_any(counters::split_delta_ulp, study.split_delta_ulp);
  set_if_any(counters::isa_delta_ulp, study.isa_delta_ulp);
  set_if_any(counters::fallback_rate, verdict_->fallback_rate);
}

std::size_t row::bytes() const noexcept {
  const std::size_t outputs = shape_.rows * output_size(operation(), shape_.n);
  const std::size_t element_size =
      std::visit([]<element T>(const reduction<T>&) { return sizeof(T); }, subject_->run);
  return (shape_.elements() + outputs) * element_size;
}

template <element T>
row::verdict row::judge(const reduction<T>& reduce, workspace& shared) const try {
  const auto x = shared.input<T>(from_, shape_);
  if (std::string problem = objection_to<T>(operation(), x, shape_.rows); !problem.empty())
    return {.problem = std::move(problem), .study = {}};
  if (std::string problem = validate_on_integers<T>(reduce, subject_->operation, shape_.n,
                                                    shape_.rows, subject_->eps);
      !problem.empty())
    return {.problem = std::move(problem), .wrong = true, .study = {}};
  verdict result{.problem = {}, .study = {}};
  const std::size_t results = output_size(operation(), shape_.n);
  const auto y = results_of<T>(reduce, x, shape_.rows, results);
  // What is known of the rows is many times their size.
  const std::size_t some = std::max<std::size_t>(1, elements_at_a_time / shape_.n);
  for (std::size_t first = 0; first < shape_.rows; first += some) {
    const std::size_t rows = std::min(some, shape_.rows - first);
    const auto expected =
        shared.references<T>(operation(), subject_->eps, from_, shape_, first, rows);
    if (!std::ranges::all_of(expected, &reference<T>::finite))
      return {.problem = "the correctly rounded result overflows " +
                         std::string(permdelta::name(subject_->type())),
              .study = {}};
    if (std::string problem =
            validate<T>(std::span<const T>(y).subspan(first * results, rows * results), expected,
                        first * results, y.size());
        !problem.empty())
      return {.problem = std::move(problem), .wrong = true, .study = {}};
    raise(result.study, run_study<T>(reduce, x.subspan(first * shape_.n, rows * shape_.n),
                                     operation(), expected, shared.orders(shape_)));
  }
  // The parts of a single row go another way than the row itself.
  if (reduce.fallback_rate && (subject_->workers == 1 || shape_.rows > 1))
    result.fallback_rate = reduce.fallback_rate(x, shape_.rows);
  return result;
} catch (const std::bad_alloc&) {
  return {.problem = "not enough memory for " + std::to_string(shape_.elements()) + " elements",
          .study = {}};
} catch (const std::exception& error) {
  return {.problem = error.what(), .wrong = true, .study = {}};
}

template <element T>
void row::time(const reduction<T>& reduce, benchmark::State& state, workspace& shared,
               bandwidth& limits) const {
  const auto x = shared.input<T>(from_, shape_);
  aligned_vector<T> output(shape_.rows * output_size(subject_->operation, shape_.n));
  const std::span<T> y(output);
  T* results = y.data();
  for (auto _ : state) {
    reduce(x, shape_.rows, y);
    benchmark::DoNotOptimize(results);
    benchmark::ClobberMemory();
  }
  const auto iterations = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(iterations * static_cast<std::int64_t>(x.size()));
  state.SetBytesProcessed(iterations * static_cast<std::int64_t>(bytes()));
  const double limit = limits.of(operation(), bytes());
  if (limit > 0)
    state.counters[std::string(counters::bandwidth_fraction.name)] = benchmark::Counter(
        static_cast<double>(bytes()) / limit, benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace permdelta

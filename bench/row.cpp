#include "bench/row.hpp"

#include <benchmark/benchmark.h>
#include <spdlog/fmt/fmt.h>

#include <exception>
#include <new>
#include <utility>

#include "bench/bandwidth.hpp"
#include "bench/float_environment.hpp"
#include "bench/options.hpp"
#include "bench/row_error.hpp"
#include "common/one_line.hpp"
#include "run/counters.hpp"
#include "run/row_name.hpp"

namespace permdelta {
namespace {

std::string name_of_row(const subject& what, std::string operation, const origin& from, shape of,
                        std::vector<std::pair<std::string, std::string>> axes) {
  row_name parts{.operation = std::move(operation),
                 .method = what.method,
                 .type = std::string(name(what.type())),
                 .distribution = std::string(name(from)),
                 .n = of.n,
                 .axes = {}};
  if (of.rows != 1) parts.axes.emplace_back("rows", std::to_string(of.rows));
  parts.axes.insert(parts.axes.end(), axes.begin(), axes.end());
  if (what.workers != 1) parts.axes.emplace_back("workers", std::to_string(what.workers));
  if (what.isa) parts.axes.emplace_back("isa", name(*what.isa));
  return to_string(parts);
}

}  // namespace

row::row(const subject& what, std::string operation, const permdelta::origin& from,
         permdelta::shape of, std::vector<std::pair<std::string, std::string>> axes)
    : subject_(&what),
      from_(from),
      shape_(of),
      name_(name_of_row(what, std::move(operation), from, of, std::move(axes))) {}

std::size_t row::element_size() const noexcept {
  return std::visit([]<element T>(const reduction<T>&) { return sizeof(T); }, subject_->run);
}

double row::bandwidth_limit(bandwidth& limits) const {
  return limits.of(what().task.outputs(), bytes());
}

std::size_t row::requested_orders(const options& chosen) const noexcept {
  return chosen.orders;
}

row::verdict row::judge_if_possible(workspace& shared) const try {
  return judge(shared);
} catch (const std::bad_alloc&) {
  return {.problem = "not enough memory for " + std::to_string(shape_.elements()) + " elements"};
} catch (const row_error& error) {
  return {.problem = error.what(), .wrong = error.wrong()};
} catch (const std::exception& error) {
  return {.problem = std::string("it threw: ") + error.what(), .wrong = true};
} catch (...) {
  return {.problem = "it threw something other than a std::exception", .wrong = true};
}

void row::fail(benchmark::State& state, std::string problem) {
  verdict_ = verdict{.problem = std::move(problem), .wrong = true};
  state.SkipWithError(one_line(verdict_->problem).c_str());
}

const std::string& row::objection(workspace& shared) {
  if (!verdict_) verdict_ = judge_if_possible(shared);
  return verdict_->problem;
}

std::vector<std::pair<std::string, double>> row::exact_counters() const {
  const study_result& study = verdict_->study;
  std::vector<std::pair<std::string, double>> found;
  const auto add = [&](const counter& which, std::optional<double> value) {
    if (value) found.emplace_back(which.name, *value);
  };
  add(counters::max_perm_delta, study.max_perm_delta);
  add(counters::perm_delta_ulp, study.perm_delta_ulp);
  add(counters::distinct_results, static_cast<double>(study.distinct_results));
  add(counters::max_error_ulp, study.max_error_ulp);
  add(counters::orders, static_cast<double>(study.orders));
  add(counters::split_delta_ulp, study.split_delta_ulp);
  add(counters::isa_delta_ulp, study.isa_delta_ulp);
  add(counters::fallback_rate, verdict_->fallback_rate);
  for (std::size_t l = 0; l < verdict_->layer_deltas.size(); ++l)
    found.emplace_back(
        fmt::format("{}{:02}{}", counters::layer_prefix, l + 1, counters::layer_suffix),
        verdict_->layer_deltas[l]);
  return found;
}

void row::run(benchmark::State& state, workspace& shared, bandwidth& limits) {
  if (const std::string& problem = objection(shared); !problem.empty()) {
    state.SkipWithError(one_line(problem).c_str());
    return;
  }
  const float_environment before;
  try {
    const timed_loop loop = prepare(shared, 0);
    // All iterations are one batch.
    while (state.KeepRunningBatch(state.max_iterations))
      loop.run(static_cast<std::size_t>(state.max_iterations));
  } catch (const std::exception& error) {
    return fail(state, std::string("it threw when it was timed: ") + error.what());
  } catch (...) {
    return fail(state, "it threw something other than a std::exception when it was timed");
  }
  if (before.changed()) return fail(state, std::string(changed_environment));

  const auto iterations = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(iterations * static_cast<std::int64_t>(items()));
  state.SetBytesProcessed(iterations * static_cast<std::int64_t>(bytes()));
  if (const double limit = bandwidth_limit(limits); limit > 0)
    state.counters[std::string(counters::bandwidth_fraction.name)] = {
        static_cast<double>(bytes()) / limit, benchmark::Counter::kIsIterationInvariantRate};
  for (const auto& [name, value] : exact_counters()) state.counters[name] = value;
}

}  // namespace permdelta

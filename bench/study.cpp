#include "bench/study.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/observer.hpp"
#include "bench/spread.hpp"

namespace permdelta {
namespace {

constexpr auto in_place = [](std::size_t i) { return i; };

// The same words wherever an output is held against the reference.
std::string off_in_words(std::size_t index, std::size_t of, double got, double expected,
                         double tolerance) {
  std::string line = fmt::format("output {} of {} is {:.17g}, expected {:.17g} within {:.3g}",
                                 index, of, got, expected, tolerance);
  if (std::isfinite(got)) line += fmt::format(", off by {:.3g}", std::abs(got - expected));
  return line;
}

}  // namespace

study_result run_study(judged& run, std::span<const double> x,
                       std::span<const reference> references, random_orders& orders) {
  const std::size_t rows = references.size();
  if (rows == 0) return {};
  const std::size_t n = x.size() / rows;
  const std::size_t results = references.front().result.size();
  const bool one_output = results == 1;
  std::vector<double> y(rows * results);
  const auto results_of = [&](std::size_t r) {
    return std::span<const double>(y).subspan(r * results, results);
  };
  run.load(x, rows);
  run.run(y);
  std::vector<observer> seen;
  seen.reserve(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    seen.emplace_back(results_of(r), references[r].result, references[r].tolerance);
    seen[r].see(results_of(r), in_place);
  }

  std::vector<std::vector<position>> sorted;
  if (orders.size() > 0)
    for (std::size_t r = 0; r < rows; ++r) sorted.push_back(ascending_order(x.subspan(r * n, n)));
  for (std::size_t k = 0; k < orders.size(); ++k) {
    std::span<const position> random;
    if (k >= 2) random = orders[k - 2];
    if (k == 1)
      for (auto& order : sorted) std::ranges::reverse(order);
    const auto order_of = [&](std::size_t r) { return k < 2 ? sorted[r] : random; };
    run.run_in(order_of, y);
    for (std::size_t r = 0; r < rows; ++r) {
      if (one_output)
        seen[r].see(results_of(r), in_place);
      else
        seen[r].see(results_of(r), [order = order_of(r)](std::size_t i) { return order[i]; });
    }
  }

  study_result largest{.orders = orders.size(), .split_delta_ulp = {}, .isa_delta_ulp = {}};
  for (std::size_t r = 0; r < rows; ++r) {
    const double delta = one_output ? seen[r].range() : seen[r].moved();
    const double ulp = references[r].ulp;
    if (const auto& wrong = seen[r].first_wrong(); wrong && largest.problem.empty())
      largest.problem =
          "in " + order_in_words(wrong->order) + ": " +
          off_in_words(wrong->index, results, wrong->got, wrong->expected, wrong->tolerance);
    raise(largest, {.max_perm_delta = delta,
                    .perm_delta_ulp = in_ulps(delta, ulp),
                    .distinct_results = seen[r].distinct(),
                    .max_error_ulp = in_ulps(seen[r].error(), ulp),
                    .split_delta_ulp = {},
                    .isa_delta_ulp = {}});
  }
  // How far the results of a row lie apart, of the one where they do most; `make(way)` makes all
  // rows' in one of the ways.
  const auto farthest = [&](const char* what, std::size_t ways, auto make) {
    std::vector<spread> outcomes(rows);
    for (std::size_t way = 0; way < ways; ++way) {
      make(way);
      if (largest.problem.empty())
        if (const auto off = validate(y, references, 0, y.size()); !off.empty())
          largest.problem = std::string(what) + ": " + off;
      for (std::size_t r = 0; r < rows; ++r) outcomes[r].see(results_of(r), what);
    }
    double most = 0;
    for (std::size_t r = 0; r < rows; ++r)
      most = std::max(most, in_ulps(outcomes[r].largest(), references[r].ulp));
    return most;
  };
  if (run.has_parts())
    largest.split_delta_ulp = farthest("in parts", split_counts.size(), [&](std::size_t way) {
      run.run_in_parts(split_counts[way], y);
    });
  if (run.isas() > 0)
    largest.isa_delta_ulp = farthest("by another instruction set", run.isas(),
                                     [&](std::size_t way) { run.run_by_isa(way, y); });
  return largest;
}

void raise(study_result& largest, const study_result& other) {
  const auto to = [](auto& counter, auto value) { counter = std::max(counter, value); };
  to(largest.max_perm_delta, other.max_perm_delta);
  to(largest.perm_delta_ulp, other.perm_delta_ulp);
  to(largest.distinct_results, other.distinct_results);
  to(largest.max_error_ulp, other.max_error_ulp);
  to(largest.orders, other.orders);
  to(largest.split_delta_ulp, other.split_delta_ulp);  // a number is larger than none
  to(largest.isa_delta_ulp, other.isa_delta_ulp);
  if (largest.problem.empty()) largest.problem = other.problem;
}

std::string validate(std::span<const double> y, std::span<const reference> references,
                     std::size_t first, std::size_t of) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t results = references.front().result.size();
    const reference& correct = references[i / results];
    const double expected = correct.result[i % results];
    const double tolerance = correct.tolerance[i % results];
    if (std::isfinite(y[i]) && std::abs(y[i] - expected) <= tolerance) continue;
    return off_in_words(first + i, of, y[i], expected, tolerance);
  }
  return {};
}

std::string validate(judged& run, std::span<const double> x,
                     std::span<const reference> references) {
  const std::size_t rows = references.size();
  run.load(x, rows);
  const auto y = run.results(rows == 0 ? 0 : references.front().result.size());
  return validate(y, references, 0, y.size());
}

}  // namespace permdelta

#include "bench/study.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "bench/aligned.hpp"
#include "bench/observer.hpp"
#include "bench/row_error.hpp"
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

template <element T>
study_result run_study(const reduction<T>& run, std::span<const T> x,
                       std::span<const reference<T>> references, random_orders& orders) {
  const std::size_t rows = references.size();
  if (rows == 0) return {};
  const std::size_t n = x.size() / rows;
  const std::size_t results = references.front().result.size();
  const bool one_output = results == 1;
  // Aligned, as what is timed is: some libraries begin at the first aligned element, and so would
  // add in another order from one run to the next.
  aligned_vector<T> y(rows * results);
  const auto results_of = [&](std::size_t r) {
    return std::span<T>(y).subspan(r * results, results);
  };
  run(x, rows, y);
  std::vector<observer<T>> seen;
  seen.reserve(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    seen.emplace_back(results_of(r), references[r].result, references[r].tolerance);
    seen[r].see(results_of(r), in_place);
  }

  std::vector<std::vector<position>> sorted;
  if (orders.size() > 0)
    for (std::size_t r = 0; r < rows; ++r) sorted.push_back(ascending_order(x.subspan(r * n, n)));
  aligned_vector<T> permuted(x.size());
  for (std::size_t k = 0; k < orders.size(); ++k) {
    std::span<const position> random;
    if (k >= 2) random = orders[k - 2];
    const auto order_of = [&](std::size_t r) { return k < 2 ? sorted[r] : random; };
    for (std::size_t r = 0; r < rows; ++r) {
      if (k == 1) std::ranges::reverse(sorted[r]);
      const std::span<const position> order = order_of(r);
      for (std::size_t i = 0; i < n; ++i) permuted[r * n + i] = x[r * n + order[i]];
    }
    run(permuted, rows, y);
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
  const auto farthest = [&](const char* what, const auto& ways, auto make) {
    std::vector<spread> outcomes(rows);
    for (const auto& way : ways) {
      make(way);
      if (largest.problem.empty())
        if (const auto off = validate<T>(std::span<const T>(y), references, 0, y.size());
            !off.empty())
          largest.problem = std::string(what) + ": " + off;
      for (std::size_t r = 0; r < rows; ++r) outcomes[r].template see<T>(results_of(r), what);
    }
    double most = 0;
    for (std::size_t r = 0; r < rows; ++r)
      most = std::max(most, in_ulps(outcomes[r].largest(), references[r].ulp));
    return most;
  };
  if (run.in_parts)
    largest.split_delta_ulp = farthest("in parts", split_counts, [&](std::size_t parts) {
      for (std::size_t r = 0; r < rows; ++r)
        run.in_parts(x.subspan(r * n, n), parts, results_of(r));
    });
  if (!run.by_isa.empty())
    largest.isa_delta_ulp = farthest("by another instruction set", run.by_isa,
                                     [&](const reduction<T>& other) { other(x, rows, y); });
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

template <element T>
aligned_vector<T> results_of(const reduction<T>& run, std::span<const T> x, std::size_t rows,
                             std::size_t results) {
  // Room behind them, as much as a function needs that takes one output a row for one an element:
  // it would be the heap's otherwise.
  constexpr std::size_t most = std::size_t{1} << 20;
  const std::size_t outputs = rows * results;
  const std::size_t room = std::min(std::max<std::size_t>(x.size(), 64), most);
  const T untouched = from_double<T>(std::numeric_limits<double>::quiet_NaN());
  aligned_vector<T> y(outputs + room, untouched);
  run(x, rows, std::span<T>(y).first(outputs));
  const auto is_touched = [&](T value) { return bits_of(value) != bits_of(untouched); };
  if (std::any_of(y.begin() + static_cast<std::ptrdiff_t>(outputs), y.end(), is_touched))
    throw row_error(
        fmt::format("it wrote beyond its output{}",
                    outputs == 1 ? "" : fmt::format("s, of which there are {}", outputs)),
        true);
  y.resize(outputs);
  return y;
}

template <element T>
std::string validate(std::span<const T> y, std::span<const reference<T>> references,
                     std::size_t first, std::size_t of) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t results = references.front().result.size();
    const reference<T>& correct = references[i / results];
    const double got = to_double(y[i]);
    const double expected = to_double(correct.result[i % results]);
    const double tolerance = correct.tolerance[i % results];
    if (std::isfinite(got) && std::abs(got - expected) <= tolerance) continue;
    return off_in_words(first + i, of, got, expected, tolerance);
  }
  return {};
}

template study_result run_study<double>(const reduction<double>&, std::span<const double>,
                                        std::span<const reference<double>>, random_orders&);
template study_result run_study<float>(const reduction<float>&, std::span<const float>,
                                       std::span<const reference<float>>, random_orders&);
template study_result run_study<fp16>(const reduction<fp16>&, std::span<const fp16>,
                                      std::span<const reference<fp16>>, random_orders&);
template study_result run_study<bf16>(const reduction<bf16>&, std::span<const bf16>,
                                      std::span<const reference<bf16>>, random_orders&);
template aligned_vector<double> results_of<double>(const reduction<double>&,
                                                   std::span<const double>, std::size_t,
                                                   std::size_t);
template std::string validate<double>(std::span<const double>, std::span<const reference<double>>,
                                      std::size_t, std::size_t);
template aligned_vector<float> results_of<float>(const reduction<float>&, std::span<const float>,
                                                 std::size_t, std::size_t);
template std::string validate<float>(std::span<const float>, std::span<const reference<float>>,
                                     std::size_t, std::size_t);
template aligned_vector<fp16> results_of<fp16>(const reduction<fp16>&, std::span<const fp16>,
                                               std::size_t, std::size_t);
template std::string validate<fp16>(std::span<const fp16>, std::span<const reference<fp16>>,
                                    std::size_t, std::size_t);
template aligned_vector<bf16> results_of<bf16>(const reduction<bf16>&, std::span<const bf16>,
                                               std::size_t, std::size_t);
template std::string validate<bf16>(std::span<const bf16>, std::span<const reference<bf16>>,
                                    std::size_t, std::size_t);

}  // namespace permdelta

#include "bench/study.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/aligned.hpp"
#include "bench/random.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

std::uint64_t bits_of(double value) noexcept {
  return std::bit_cast<std::uint64_t>(value);
}
std::uint64_t bits_of(float value) noexcept {
  return std::bit_cast<std::uint32_t>(value);
}
std::uint64_t bits_of(fp16 value) noexcept {
  return value.bits;
}

/// The ascending order of x, equal values in the order they have.
template <element T>
std::vector<position> ascending_order(std::span<const T> x) {
  // Values and positions side by side sort faster than positions that look their values up.
  std::vector<std::pair<double, position>> sorted(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    sorted[i] = {to_double(x[i]), static_cast<position>(i)};
  std::ranges::sort(sorted);
  std::vector<position> order(x.size());
  std::ranges::transform(sorted, order.begin(), [](const auto& item) { return item.second; });
  return order;
}

/// What a study remembers from one order to the next.
template <element T>
class observer {
 public:
  observer(std::span<const T> identity, std::span<const T> correct) : expected_(identity.size()) {
    for (std::size_t i = 0; i < expected_.size(); ++i)
      expected_[i] = {to_double(identity[i]), to_double(correct[i])};
  }

  /// Takes in the outputs of one order: output i belongs to place `place_of(i)` of the input.
  ///
  /// One pass, at random places in `expected_` only, which is what an order costs. The fingerprint
  /// stands for all bits of the outputs in input order: the sum of scrambled words, each made of
  /// one output's bits and its place. A sum can be taken in any order, so nothing is brought back
  /// to its place; and at 129 results, two different ones share it with a probability of about
  /// 2^-51.
  template <class Place>
  void see(std::span<const T> y, Place place_of) {
    double moved = moved_;
    double error = error_;
    double poison = 0;  // NaN once an output is not finite: a maximum would not keep a NaN
    std::uint64_t fingerprint = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t place = place_of(i);
      const double value = to_double(y[i]);
      moved = std::max(moved, std::abs(value - expected_[place].identity));
      error = std::max(error, std::abs(value - expected_[place].correct));
      poison += value - value;
      fingerprint += scrambled(bits_of(y[i]) + place * golden_ratio);
    }
    if (poison != 0)
      throw std::domain_error("a result is not finite in order " +
                              std::to_string(fingerprints_.size()) +
                              " (0 is the identity, 1 ascending, 2 descending, the rest random)");
    moved_ = moved;
    error_ = error;
    fingerprints_.push_back(fingerprint);
    if (y.size() == 1) {
      lowest_ = std::min(lowest_, to_double(y[0]));
      highest_ = std::max(highest_, to_double(y[0]));
    }
  }

  /// The largest change against the identity.
  [[nodiscard]] double moved() const noexcept { return moved_; }
  /// The largest change between any two orders, for a single output.
  [[nodiscard]] double range() const noexcept { return highest_ - lowest_; }
  /// The largest distance to the correct outputs.
  [[nodiscard]] double error() const noexcept { return error_; }

  [[nodiscard]] std::size_t distinct() const {
    auto sorted = fingerprints_;
    std::ranges::sort(sorted);
    return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  }

 private:
  struct expectation {
    double identity;
    double correct;
  };
  std::vector<expectation> expected_;  // in input order
  std::vector<std::uint64_t> fingerprints_;
  double moved_ = 0;
  double error_ = 0;
  double lowest_ = std::numeric_limits<double>::infinity();
  double highest_ = -std::numeric_limits<double>::infinity();
};

// As a count of ulps; never infinite, which JSON could not say.
double in_ulps(double distance, double ulp) noexcept {
  return distance == 0 ? 0 : std::min(distance / ulp, std::numeric_limits<double>::max());
}

constexpr auto in_place = [](std::size_t i) { return i; };

}  // namespace

template <element T>
study_result run_study(const reduction<T>& run, std::span<const T> x, operation op,
                       std::span<const reference<T>> references, random_orders& orders) {
  const std::size_t rows = references.size();
  if (rows == 0) return {};
  const std::size_t n = x.size() / rows;
  const std::size_t results = output_size(op, n);
  const bool one_output = results == 1;
  // Aligned, as what is timed is: some libraries begin at the first aligned element, and so would
  // add in another order from one run to the next.
  aligned_vector<T> y(rows * results);
  const auto results_of = [&](std::size_t r) {
    return std::span<const T>(y).subspan(r * results, results);
  };
  run(x, rows, y);
  std::vector<observer<T>> seen;
  seen.reserve(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    seen.emplace_back(results_of(r), references[r].result);
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

  study_result largest{.orders = orders.size()};
  for (std::size_t r = 0; r < rows; ++r) {
    const double delta = one_output ? seen[r].range() : seen[r].moved();
    const double ulp = references[r].ulp;
    const auto raise = [](auto& counter, auto value) { counter = std::max(counter, value); };
    raise(largest.max_perm_delta, delta);
    raise(largest.perm_delta_ulp, in_ulps(delta, ulp));
    raise(largest.distinct_results, seen[r].distinct());
    raise(largest.max_error_ulp, in_ulps(seen[r].error(), ulp));
  }
  return largest;
}

template <element T>
std::string validate(const reduction<T>& run, std::span<const T> x,
                     std::span<const reference<T>> references) {
  const std::size_t rows = references.size();
  const std::size_t results = rows == 0 ? 0 : references.front().result.size();
  // Outputs that `run` does not write stay NaN, which is never right.
  aligned_vector<T> y(rows * results, from_double<T>(std::numeric_limits<double>::quiet_NaN()));
  run(x, rows, y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const reference<T>& correct = references[i / results];
    const double got = to_double(y[i]);
    const double expected = to_double(correct.result[i % results]);
    const double tolerance = correct.tolerance[i % results];
    if (std::isfinite(got) && std::abs(got - expected) <= tolerance) continue;
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(),
                  "output %zu of %zu is %.17g, expected %.17g within %.3g", i, y.size(), got,
                  expected, tolerance);
    return line.data();
  }
  return {};
}

template study_result run_study<double>(const reduction<double>&, std::span<const double>,
                                        operation, std::span<const reference<double>>,
                                        random_orders&);
template study_result run_study<float>(const reduction<float>&, std::span<const float>, operation,
                                       std::span<const reference<float>>, random_orders&);
template study_result run_study<fp16>(const reduction<fp16>&, std::span<const fp16>, operation,
                                      std::span<const reference<fp16>>, random_orders&);
template std::string validate<double>(const reduction<double>&, std::span<const double>,
                                      std::span<const reference<double>>);
template std::string validate<float>(const reduction<float>&, std::span<const float>,
                                     std::span<const reference<float>>);
template std::string validate<fp16>(const reduction<fp16>&, std::span<const fp16>,
                                    std::span<const reference<fp16>>);

}  // namespace permdelta

#include "bench/probe.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "bench/aligned.hpp"
#include "bench/random.hpp"
#include "bench/reference.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

// n integers, none larger than 8 in magnitude, whose squares add up to less than 2^digits.
// `balanced`: they come as v and -v, and add up to zero.
std::vector<int> make_integers(std::size_t n, int digits, bool balanced) {
  const double room = std::ldexp(1.0, digits) / static_cast<double>(n);
  const int largest = std::clamp(static_cast<int>(std::sqrt(room)), 1, 8);
  const auto stride = static_cast<std::size_t>(std::ceil(1 / std::min(room, 1.0)));
  random_bits random{n};
  std::vector<int> integers(n, 0);
  int last = 0;
  for (std::size_t i = 0; i + (balanced ? 1 : 0) < n; i += stride) {
    const auto magnitude = static_cast<int>(random.below(static_cast<std::uint64_t>(largest))) + 1;
    const int drawn = random.below(2) != 0 ? -magnitude : magnitude;
    if (!balanced) {
      integers[i] = drawn;
    } else if (last == 0) {
      last = integers[i] = drawn;
    } else {
      integers[i] = -last;
      last = 0;
    }
  }
  if (last != 0) integers[n - 1] = -last;  // the position that the loop leaves free
  if (balanced) shuffle(std::span(integers), random);
  return integers;
}

}  // namespace

template <element T>
std::string validate_on_integers(const reduction<T>& run, operation op, std::size_t n,
                                 std::size_t rows, eps_place eps) {
  const int digits = format_of<compute_t<T>>.digits;
  const std::vector<int> integers = make_integers(n, digits, op == operation::layernorm);
  // Each row begins elsewhere among them, and where the sum need not be zero has another one: rows
  // that are alike would hide which one was read.
  const auto place = [&](std::size_t r, std::size_t i) { return (i + r) % n; };
  const auto extra = [&](std::size_t r) {
    const int magnitude = op == operation::layernorm ? 0 : static_cast<int>(r % 3);
    return integers[place(r, 0)] < 0 ? -magnitude : magnitude;
  };
  // Small numbers, among which eps shows, and where it was added.
  const double unit = op == operation::layernorm ? 0x1p-10 : 1.0;
  aligned_vector<T> x(rows * n);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < n; ++i)
      x[r * n + i] = from_double<T>(unit * (integers[place(r, i)] + (i == 0 ? extra(r) : 0)));
  const std::size_t results = output_size(op, n);
  aligned_vector<T> y(rows * results);
  run(x, rows, y);

  double sum = 0;
  double squares = 0;
  for (const int v : integers) {
    sum += v;
    squares += unit * v * (unit * v);
  }
  const double count = static_cast<double>(n);
  const bool under = eps == eps_place::under_root;
  const double divisor =
      under ? std::sqrt(squares / count + 1e-6) : std::sqrt(squares / count) + 1e-6;
  const double ulps = op != operation::layernorm ? 1 : under ? 6 : 4;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double row_sum = sum + extra(i / results);
    const double exact = op == operation::sum ? row_sum
                         : op == operation::mean
                             ? row_sum / count
                             : unit * integers[place(i / results, i % results)] / divisor;
    const double expected = to_double(from_double<T>(exact));
    const double off = std::abs(to_double(y[i]) - expected);
    const double allowed = ulps * ulp_at<T>(expected);
    if (!(off <= allowed) && !(expected == to_double(y[i])))
      return fmt::format("on {} integers, exact in every order, output {} is {} instead of {}", n,
                         i, to_double(y[i]), expected);
  }
  return {};
}

template std::string validate_on_integers(const reduction<double>&, operation, std::size_t,
                                          std::size_t, eps_place);
template std::string validate_on_integers(const reduction<float>&, operation, std::size_t,
                                          std::size_t, eps_place);
template std::string validate_on_integers(const reduction<fp16>&, operation, std::size_t,
                                          std::size_t, eps_place);

}  // namespace permdelta

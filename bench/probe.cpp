#include "bench/probe.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "bench/random.hpp"
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
      // Not at every stride-th place: who reads no others, or loses the last one, is to be seen.
      const bool is_last = n - i <= stride;
      integers[stride == 1 ? i : is_last ? n - 1 : i + random.below(stride)] = drawn;
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

/// Empty if `run` makes exact(row, i) of x, to so many units in the last place.
template <class Exact>
std::string compare(judged& run, std::span<const double> x, std::size_t n, std::size_t rows,
                    std::size_t results, double ulps, const Exact& exact) {
  // Outputs that `run` does not write stay NaN, which is never right.
  run.load(x, rows);
  const auto y = run.results(results);
  const format& storage = run.formats().storage;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double expected = rounded(exact(i / results, i % results), storage);
    const double off = std::abs(y[i] - expected);
    const double ulp = ulp_at(expected, storage);
    if (off <= ulps * ulp || expected == y[i]) continue;
    std::string line =
        fmt::format("on n = {} integers, exact in every order, output {} of {} is {} instead of {}",
                    n, i, y.size(), y[i], expected);
    if (std::isfinite(off)) line += fmt::format(", off by {:.3g} ulp", off / ulp);
    return line;
  }
  return {};
}

/// The last element is kept, so that there is one, and a lost tail shows; of the others three in
/// four are, in each row others. Kept ones are at 800 or, in every other row, at -800, where a
/// kernel that does not subtract the row's own maximum has infinities or a sum of 0.
///
/// Kept ones are 1, as fl(1 / count) is: by a division to the last bit, and by a reciprocal that is
/// rounded likewise. One ulp is left to a reciprocal or an e^0 that is not, and one to T's rounding
/// after C's.
std::string validate_softmax(judged& run, std::size_t n, std::size_t rows) {
  const double most = std::ldexp(1.0, run.formats().compute.digits);
  const auto stride = static_cast<std::size_t>(std::ceil(static_cast<double>(n) / most));
  const auto kept = [&](std::size_t r, std::size_t i) {
    const auto bits = scrambled(r * n + i / stride);
    return i + 1 == n || (i % stride == bits / 4 % stride && bits % 4 != 0);
  };
  std::vector<double> x(rows * n);
  std::vector<double> counts(rows, 0);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < n; ++i) {
      const double top = r % 2 == 0 ? 800 : -800;
      x[r * n + i] = kept(r, i) ? top : top - 1000;
      counts[r] += kept(r, i) ? 1 : 0;
    }
  return compare(run, x, n, rows, n, 2,
                 [&](std::size_t r, std::size_t i) { return kept(r, i) ? 1 / counts[r] : 0; });
}

}  // namespace

/// What the divisor of a normalization may be off by: n, the division by it, eps and its addition
/// are a rounding each, halved by the root, which is another one; three ulps. The quotient's own
/// rounding and that of the number expected here are half an ulp each. Multiplying by a reciprocal
/// of n instead adds half an ulp, by one of the divisor a whole one. In 16 bits all that is less
/// than an ulp, and rounding to them another.
std::string validate_on_integers(judged& run, operation op, std::size_t n, std::size_t rows,
                                 eps_place eps) {
  if (n == 0) return {};  // nothing to ask
  if (op == operation::softmax) return validate_softmax(run, n, rows);
  const int digits = run.formats().compute.digits;
  const bool balanced = op == operation::layernorm;
  const bool normalizes = balanced || op == operation::rmsnorm;
  const std::vector<int> integers = make_integers(n, digits, balanced);
  double sum = 0;
  double squares = 0;
  for (const int v : integers) {
    sum += v;
    squares += v * v;
  }

  // Each row begins elsewhere among them, and where the sum need not be zero has another one, and
  // another sum of squares as long as there is room: rows that are alike would hide which one was
  // read.
  const auto place = [&](std::size_t r, std::size_t i) { return (i + r) % n; };
  constexpr int most = 10 * 10 - 8 * 8;
  const bool fixed = balanced || (normalizes && squares + most > std::ldexp(1.0, digits));
  const auto extra = [&](std::size_t r) {
    const int magnitude = fixed ? 0 : static_cast<int>(r % 3);
    return integers[place(r, 0)] < 0 ? -magnitude : magnitude;
  };
  const auto element_of = [&](std::size_t r, std::size_t i) {
    return integers[place(r, i)] + (i == 0 ? extra(r) : 0);
  };
  // Small numbers, among which eps shows, and where it was added.
  const double unit = normalizes ? 0x1p-10 : 1.0;
  std::vector<double> x(rows * n);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < n; ++i) x[r * n + i] = unit * element_of(r, i);

  const double count = static_cast<double>(n);
  const bool under = op == operation::rmsnorm || eps == eps_place::under_root;
  std::vector<double> divisors;
  for (std::size_t r = 0; normalizes && r < rows; ++r) {
    const int replaced = integers[place(r, 0)];
    const int first = element_of(r, 0);
    const double row_squares = squares + first * first - replaced * replaced;
    const double variance = unit * unit * row_squares / count;
    divisors.push_back(under ? std::sqrt(variance + 1e-6) : std::sqrt(variance) + 1e-6);
  }
  const double ulps = !normalizes ? 1 : under ? 6 : 4;
  return compare(run, x, n, rows, output_size(op, n), ulps, [&](std::size_t r, std::size_t i) {
    if (normalizes) return unit * element_of(r, i) / divisors[r];
    const double row_sum = sum + extra(r);
    return op == operation::sum ? row_sum : row_sum / count;
  });
}

}  // namespace permdelta

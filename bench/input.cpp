#include "bench/input.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "bench/expansion.hpp"
#include "bench/formats.hpp"
#include "bench/portable_math.hpp"
#include "bench/random.hpp"

namespace permdelta {
namespace {

// One stream a distribution, n and seed, whatever T: the same numbers, rounded to each type.
random_bits stream_of(distribution from, std::size_t n, std::uint64_t seed) noexcept {
  constexpr std::uint64_t stream = 0x696E707574;  // "input": apart from the streams of the orders
  return random_bits{stream, static_cast<std::uint64_t>(from), n, seed};
}

/// N(0, 1) by Marsaglia's polar method ("A convenient method for generating normal variables",
/// 1964): a point drawn in the unit disc, stretched, is two independent normal numbers. The square
/// root is safe to use: IEEE 754 fixes it, unlike log.
class normal_draws {
 public:
  explicit normal_draws(random_bits& bits) noexcept : bits_(bits) {}

  [[nodiscard]] double operator()() noexcept {
    has_second_ = !has_second_;
    if (!has_second_) return second_;
    double a, b, square;
    do {
      a = 2 * bits_.uniform() - 1;
      b = 2 * bits_.uniform() - 1;
      square = a * a + b * b;
    } while (square >= 1 || square == 0);
    const double stretch = std::sqrt(-2 * portable_log(square) / square);
    second_ = b * stretch;
    return a * stretch;
  }

 private:
  random_bits& bits_;
  double second_ = 0;
  bool has_second_ = false;
};

// Overwrites all of x with draws; what is not finite in the format is drawn again.
template <class Draw>
void fill(std::span<double> x, const format& storage, Draw&& draw) noexcept {
  for (double& value : x) do {
      value = rounded(draw(), storage);
    } while (!std::isfinite(value));
}

struct cancelling {
  std::vector<double> values;
  double sum = 0;
};

/// Values with a condition number, sum|x| / |sum x|, near 2^80 for fp64 and 2^36 else (1/u^1.5 of
/// the compute type), in the manner of Ogita, Rump and Oishi ("Accurate sum and dot product",
/// 2005):
/// - the body has random significands and exponents spread over as many binades as the condition
///   number has bits, so that low bits are lost in any accumulator of C's width. Each sign opposes
///   the sum so far, which keeps that sum below the largest value, and thereby inside the type's
///   range.
/// - a few closing values then lead the exact sum to the target, sum|x| over the condition number:
///   each is what is still missing, rounded to its type. Three or four are enough to leave nothing
///   missing, because all is a multiple of one `unit`. They hold digits of the sum, so no value has
///   a partner that cancels it.
/// - all is shuffled.
///
/// The sum is a multiple of the unit and small, so it is a double, and known. fp16 has only 30
/// binades to spread over: there the condition number grows with n and reaches 2^36 at about n
/// = 64. Few values make few closing ones, each of which affords one significand's length of
/// condition number: about 2^53, 2^24 or 2^11 at n = 2 and 3; at n = 1 the number is 1.
cancelling draw_cancelling(std::size_t n, random_bits& bits, const formats& in) {
  const format& type = in.storage;
  const int condition = type.digits == format_of<double>.digits ? 80 : 36;
  const int highest = std::min(condition / 2, type.max_exponent - 1);
  const int lowest = std::max(-condition / 2, type.min_exponent - 2);
  const int most_closing = (highest - lowest + 2 * type.digits - 3) / type.digits;

  const auto closing = static_cast<int>(std::min(static_cast<std::size_t>(most_closing), n / 2));
  const std::size_t body = n - static_cast<std::size_t>(closing);
  const int spread = body < 2 ? 0 : std::min(highest - lowest, closing * type.digits - 2);
  const int low = highest - spread;
  const int unit = low - type.digits + 3;  // as an exponent; 2 bits more than the lowest values
                                           // need, which is room for the sum

  cancelling result;
  result.values.reserve(n);
  expansion missing;  // minus what is missing to the target
  double sum = 0;     // roughly, to choose signs
  double magnitude = 0;
  for (std::size_t i = 0; i < body; ++i) {
    // The first two values pin both ends of the spread; the last bit of the second is one.
    const int drawn = low + static_cast<int>(bits.below(static_cast<std::uint64_t>(spread) + 1));
    const int exponent = i == 0 ? highest : i == 1 ? low : drawn;
    const int digits = std::min(type.digits, exponent - unit + 1);
    const std::uint64_t word = bits() | (std::uint64_t{1} << 63);
    const std::uint64_t significand = (word >> (64 - digits)) | (i == 1 ? 1 : 0);
    const double size = std::ldexp(static_cast<double>(significand), exponent - digits + 1);
    const bool negative = sum == 0 ? (word & 1) != 0 : sum > 0;
    const double value = negative ? -size : size;
    result.values.push_back(value);
    missing.add(value);
    sum += value;
    magnitude += size;
  }

  const double units = std::max(1.0, std::floor(std::ldexp(magnitude, -condition - unit)));
  const double size = rounded(std::ldexp(units, unit), type);
  const double target = std::copysign(size, sum);
  if (closing > 0) missing.add(-target);
  for (int i = 0; i < closing; ++i) {
    result.values.push_back(rounded(-missing.to_double(), type));
    missing.add(result.values.back());
  }
  if (closing > 0) missing.add(target);  // few closing values may leave something missing
  result.sum = missing.to_double();
  shuffle(std::span(result.values), bits);
  return result;
}

cancelling make_cancelling(std::size_t n, std::uint64_t seed, const formats& in) {
  random_bits bits = stream_of(distribution::cancel, n, seed);
  cancelling drawn;
  do {
    drawn = draw_cancelling(n, bits, in);
  } while (drawn.sum == 0 && n > 0);
  return drawn;
}

}  // namespace

std::vector<double> draw(distribution from, std::size_t n, std::uint64_t seed, element_type type) {
  const formats& in = formats_of(type);
  if (from == distribution::cancel) return make_cancelling(n, seed, in).values;

  std::vector<double> x(n);
  random_bits bits = stream_of(from, n, seed);
  normal_draws normal{bits};
  switch (from) {
    case distribution::normal:
      fill(x, in.storage, normal);
      break;
    case distribution::fixed:
      for (std::size_t i = 0; i < n; ++i) x[i] = rounded(i % 128 == 0 ? 100 : -1e-4, in.storage);
      break;
    case distribution::pareto:
      fill(x, in.storage, [&] {
        const double u = bits.uniform();
        return u / (1 - u);
      });
      break;
    case distribution::lognormal:
      fill(x, in.storage, [&] {
        const double size = portable_exp(4 * normal());
        return (bits() >> 63) != 0 ? -size : size;
      });
      break;
    case distribution::cancel:
      break;  // above
  }
  return x;
}

std::vector<double> draw_rows(distribution from, std::size_t rows, std::size_t n,
                              std::uint64_t seed, element_type type) {
  std::vector<double> x;
  x.reserve(rows * n);
  for (std::size_t r = 0; r < rows; ++r) {
    const auto row = draw(from, n, r == 0 ? seed : random_bits{seed, r}(), type);
    x.insert(x.end(), row.begin(), row.end());
  }
  return x;
}

double cancel_sum(std::size_t n, std::uint64_t seed, element_type type) {
  return make_cancelling(n, seed, formats_of(type)).sum;
}

}  // namespace permdelta

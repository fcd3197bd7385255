#include "bench/input.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "bench/expansion.hpp"
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

// Overwrites all of x with draws; what is not finite in T is drawn again.
template <element T, class Draw>
void fill(std::span<T> x, Draw&& draw) noexcept {
  for (T& value : x) do {
      value = from_double<T>(draw());
    } while (!std::isfinite(to_double(value)));
}

template <element T>
struct cancelling {
  std::vector<T> values;
  double sum = 0;
};

/// Values with a condition number, sum|x| / |sum x|, near 2^80 for fp64 and 2^36 else (1/u^1.5 of
/// the compute type), in the manner of Ogita, Rump and Oishi ("Accurate sum and dot product",
/// 2005):
/// - the body has random significands and exponents spread over as many binades as the condition
///   number has bits, so that low bits are lost in any accumulator of C's width. Each sign opposes
///   the sum so far, which keeps that sum below the largest value, and thereby inside T's range.
/// - a few closing values then lead the exact sum to the target, sum|x| over the condition number:
///   each is what is still missing, rounded to T. Three or four are enough to leave nothing
///   missing, because all is a multiple of one `unit`. They hold digits of the sum, so no value has
///   a partner that cancels it.
/// - all is shuffled.
///
/// The sum is a multiple of the unit and small, so it is a double, and known. fp16 has only 30
/// binades to spread over: there the condition number grows with n and reaches 2^36 at about n
/// = 64. Few values make few closing ones, each of which affords one significand's length of
/// condition number: about 2^53, 2^24 or 2^11 at n = 2 and 3; at n = 1 the number is 1.
template <element T>
cancelling<T> draw_cancelling(std::size_t n, random_bits& bits) {
  constexpr format type = format_of<T>;
  constexpr int condition = std::same_as<T, double> ? 80 : 36;
  constexpr int highest = std::min(condition / 2, type.max_exponent - 1);
  constexpr int lowest = std::max(-condition / 2, type.min_exponent - 2);
  constexpr int most_closing = (highest - lowest + 2 * type.digits - 3) / type.digits;

  const int closing = static_cast<int>(std::min<std::size_t>(most_closing, n / 2));
  const std::size_t body = n - static_cast<std::size_t>(closing);
  const int spread = body < 2 ? 0 : std::min(highest - lowest, closing * type.digits - 2);
  const int low = highest - spread;
  const int unit = low - type.digits + 3;  // as an exponent; 2 bits more than the lowest values
                                           // need, which is room for the sum

  cancelling<T> result;
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
    result.values.push_back(from_double<T>(value));
    missing.add(value);
    sum += value;
    magnitude += size;
  }

  const double units = std::max(1.0, std::floor(std::ldexp(magnitude, -condition - unit)));
  const double size = to_double(from_double<T>(std::ldexp(units, unit)));
  const double target = std::copysign(size, sum);
  if (closing > 0) missing.add(-target);
  for (int i = 0; i < closing; ++i) {
    result.values.push_back(from_double<T>(-missing.to_double()));
    missing.add(to_double(result.values.back()));
  }
  if (closing > 0) missing.add(target);  // few closing values may leave something missing
  result.sum = missing.to_double();
  shuffle(std::span(result.values), bits);
  return result;
}

template <element T>
cancelling<T> make_cancelling(std::size_t n, std::uint64_t seed) {
  random_bits bits = stream_of(distribution::cancel, n, seed);
  cancelling<T> drawn;
  do {
    drawn = draw_cancelling<T>(n, bits);
  } while (drawn.sum == 0 && n > 0);
  return drawn;
}

}  // namespace

template <element T>
std::vector<T> make_input(distribution from, std::size_t n, std::uint64_t seed) {
  if (from == distribution::cancel) return make_cancelling<T>(n, seed).values;

  std::vector<T> x(n);
  random_bits bits = stream_of(from, n, seed);
  normal_draws normal{bits};
  switch (from) {
    case distribution::normal:
      fill<T>(x, normal);
      break;
    case distribution::fixed:
      for (std::size_t i = 0; i < n; ++i) x[i] = from_double<T>(i % 128 == 0 ? 100 : -1e-4);
      break;
    case distribution::pareto:
      fill<T>(x, [&] {
        const double u = bits.uniform();
        return u / (1 - u);
      });
      break;
    case distribution::lognormal:
      fill<T>(x, [&] {
        const double size = portable_exp(4 * normal());
        return (bits() >> 63) != 0 ? -size : size;
      });
      break;
    case distribution::cancel:
      break;  // above
  }
  return x;
}

template <element T>
aligned_vector<T> make_input_rows(distribution from, std::size_t rows, std::size_t n,
                                  std::uint64_t seed) {
  aligned_vector<T> x;
  x.reserve(rows * n);
  for (std::size_t r = 0; r < rows; ++r) {
    const auto row = make_input<T>(from, n, r == 0 ? seed : random_bits{seed, r}());
    x.insert(x.end(), row.begin(), row.end());
  }
  return x;
}

template <element T>
double cancel_sum(std::size_t n, std::uint64_t seed) {
  return make_cancelling<T>(n, seed).sum;
}

template std::vector<double> make_input<double>(distribution, std::size_t, std::uint64_t);
template std::vector<float> make_input<float>(distribution, std::size_t, std::uint64_t);
template std::vector<fp16> make_input<fp16>(distribution, std::size_t, std::uint64_t);
template std::vector<bf16> make_input<bf16>(distribution, std::size_t, std::uint64_t);
template aligned_vector<double> make_input_rows<double>(distribution, std::size_t, std::size_t,
                                                        std::uint64_t);
template aligned_vector<float> make_input_rows<float>(distribution, std::size_t, std::size_t,
                                                      std::uint64_t);
template aligned_vector<fp16> make_input_rows<fp16>(distribution, std::size_t, std::size_t,
                                                    std::uint64_t);
template aligned_vector<bf16> make_input_rows<bf16>(distribution, std::size_t, std::size_t,
                                                    std::uint64_t);
template double cancel_sum<double>(std::size_t, std::uint64_t);
template double cancel_sum<float>(std::size_t, std::uint64_t);
template double cancel_sum<fp16>(std::size_t, std::uint64_t);
template double cancel_sum<bf16>(std::size_t, std::uint64_t);

}  // namespace permdelta

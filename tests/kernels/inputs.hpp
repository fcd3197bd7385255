#pragma once

/// Inputs of the tests: named shapes, drawn from a seed, the same on every platform; and the sizes
/// at which SIMD code goes wrong.

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/kernels/values.hpp"

namespace permdelta::test {

/// Steele, Lea and Flood's splitmix64; data/numpy_reference.py has the same one.
class splitmix64 {
 public:
  explicit splitmix64(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t operator()() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, 1).
  double uniform() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
  double sign() noexcept { return ((*this)() >> 63) != 0 ? -1.0 : 1.0; }
  /// Near enough to N(0, 1): Irwin and Hall's sum of twelve.
  double normal() noexcept {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }
  std::size_t below(std::size_t n) noexcept { return static_cast<std::size_t>((*this)() % n); }

 private:
  std::uint64_t state_;
};

template <class Element>
void shuffle(std::span<Element> x, splitmix64& random) noexcept {
  for (std::size_t i = x.size(); i > 1; --i) std::swap(x[i - 1], x[random.below(i)]);
}

enum class shape : std::uint8_t {
  normal,      ///< N(0, 1)
  negative,    ///< -|N(0, 1)|
  wide,        ///< random signs, exponents over most of the range whose squares are finite
  subnormal,   ///< subnormals of T only
  cancelling,  ///< large pairs that cancel but for their last bits, shuffled
  near_max,    ///< random signs, as large as a sum that can't overflow allows
  absorbing,   ///< a one, then halves of its last place: what a plain sum loses entirely
  sparse,      ///< the same with few halves, so that a fold of lanes loses them one by one
  zeros        ///< zeros of both signs
};

struct named_shape {
  shape kind;
  std::string_view name;
};

inline constexpr std::array<named_shape, 9> shapes{{{shape::normal, "normal"},
                                                    {shape::negative, "negative"},
                                                    {shape::wide, "wide"},
                                                    {shape::subnormal, "subnormal"},
                                                    {shape::cancelling, "cancelling"},
                                                    {shape::near_max, "near_max"},
                                                    {shape::absorbing, "absorbing"},
                                                    {shape::sparse, "sparse"},
                                                    {shape::zeros, "zeros"}}};

/// Whether squares of such an input could overflow the compute type.
template <element T>
[[nodiscard]] bool squares_overflow(shape s) noexcept {
  return s == shape::near_max && !std::same_as<T, fp16>;
}

namespace detail {

template <element T>
[[nodiscard]] double draw(shape s, std::size_t i, std::size_t n, splitmix64& random) noexcept {
  constexpr format f = format_of<T>;
  constexpr int spread = std::same_as<T, double> ? 300 : std::same_as<T, fp16> ? 14 : 50;
  switch (s) {
    case shape::normal:
      return random.normal();
    case shape::negative:
      return -std::abs(random.normal());
    case shape::wide: {
      const int exponent = static_cast<int>(random.below(2 * spread + 1)) - spread;
      return random.sign() * std::ldexp(1.0 + random.uniform(), exponent);
    }
    case shape::subnormal: {
      const double steps = std::floor(std::ldexp(random.uniform(), f.digits - 1));
      return random.sign() * std::ldexp(steps, f.min_exponent - f.digits + 1);
    }
    case shape::cancelling:
      return random.normal();  // the pairs are laid over it, see below
    case shape::near_max: {
      const double room = std::same_as<T, fp16> ? 1.0 : 0.5 / static_cast<double>(n);
      return random.sign() * largest<T>() * room * (0.5 + 0.5 * random.uniform());
    }
    case shape::absorbing:
      return i == 0 ? 1.0 : unit_roundoff<compute_t<T>>;
    case shape::sparse: {
      if (i == n / 3) return 1.0;
      return random.uniform() * static_cast<double>(n) < 16 ? unit_roundoff<compute_t<T>> : 0.0;
    }
    case shape::zeros:
      return random.sign() * 0.0;
  }
  return 0.0;
}

template <element T>
void lay_cancelling_pairs(std::vector<double>& x, splitmix64& random) noexcept {
  const double scale = std::ldexp(1.0, std::same_as<T, fp16> ? 13 : format_of<T>.max_exponent / 4);
  const double grain = std::ldexp(1.0, 3 - format_of<T>.digits);
  for (std::size_t i = 0; i + 2 < x.size(); i += 2) {
    x[i] = scale * (1.0 + random.uniform());
    x[i + 1] = -x[i] * (1.0 + grain * random.uniform());
  }
  shuffle(std::span(x), random);
}

}  // namespace detail

template <element T>
[[nodiscard]] std::vector<T> make_input(shape s, std::size_t n, std::uint64_t seed) {
  splitmix64 random(seed);
  std::vector<double> drawn(n);
  for (std::size_t i = 0; i < n; ++i) drawn[i] = detail::draw<T>(s, i, n, random);
  if (s == shape::cancelling) detail::lay_cancelling_pairs<T>(drawn, random);
  std::vector<T> x;
  x.reserve(n);
  for (const double value : drawn) x.push_back(from_double<T>(value));
  return x;
}

/// `shape/n:N/seed:S`, for failure messages.
[[nodiscard]] inline std::string describe(std::string_view shape_name, std::size_t n,
                                          std::uint64_t seed) {
  return std::string(shape_name) + "/n:" + std::to_string(n) + "/seed:" + std::to_string(seed);
}

/// All sizes up to 300, then multiples of every power of two that a register, an unrolled loop or
/// a block could have, each with its neighbours, and a few that are multiples of nothing.
[[nodiscard]] inline std::vector<std::size_t> sizes() {
  std::set<std::size_t> all{1000, 4099, 10007};
  for (std::size_t n = 0; n <= 300; ++n) all.insert(n);
  constexpr std::array<std::size_t, 13> multiples{8 * 41,  16 * 23, 32 * 13,     64 * 7, 128 * 3,
                                                  128 * 5, 256 * 2, 256 * 3,     1024,   512 * 3,
                                                  2048,    4096,    8192 - 8 * 3};
  for (const std::size_t multiple : multiples) all.insert({multiple - 1, multiple, multiple + 1});
  return {all.begin(), all.end()};
}

}  // namespace permdelta::test

/// An `exact_accumulator` is rounded once, to whatever type: on the midpoints of neighbours and
/// beside them.

#include <algorithm>
#include <cmath>

#include "kernels/permdelta.hpp"
#include "tests/kernels/accumulator_inputs.hpp"
#include "tests/kernels/accumulator_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Appends numbers of type C that add up to `value`, which has to be a sum of such.
template <class C>
void append(std::vector<C>& x, double value) {
  while (value != 0.0) {
    x.push_back(static_cast<C>(std::clamp(value, -largest<C>(), largest<C>())));
    value -= static_cast<double>(x.back());
  }
}

/// The midpoint between the number of these bits and the next, as a sum; that and the least there
/// is, or something between that and the midpoint's own size. As the encodings of neighbours are
/// neighbouring integers, what is right needs no arithmetic.
template <element T, class C>
void check_midpoint(std::uint64_t bits, splitmix64& random, tally& right) {
  constexpr int unit = superaccumulator<C>::unit_exponent;
  constexpr format f = format_of<T>;
  const double value = value_of(from_bits<T>(bits));
  const int exponent = bits == 0 ? f.min_exponent : std::max(std::ilogb(value), f.min_exponent);
  const int half = exponent - f.digits;
  if (half < unit || exponent > format_of<C>.max_exponent + 1) return;
  const int below =
      unit + static_cast<int>(random.below(static_cast<std::size_t>(half - unit) + 1));
  for (const double little : {0.0, std::ldexp(1.0, unit), std::ldexp(1.0, below)})
    for (const double side : {1.0, -1.0}) {
      const std::uint64_t expected = little == 0.0 ? bits + bits % 2 : side > 0 ? bits + 1 : bits;
      std::vector<C> x;
      append(x, value);
      append(x, std::ldexp(1.0, half));
      append(x, side * little);
      shuffle<C>(x, random);
      for (const std::uint64_t sign : {std::uint64_t{0}, sign_bit<T>}) {
        const T rounded = in_one<C>(x).template round<T>();
        right.check(bits_of(rounded) == (expected | sign), [&] {
          return show(from_bits<T>(bits | sign)) + " and a half step, and " +
                 std::to_string(side * little) + ": " + show(rounded) + ", not " +
                 show(from_bits<T>(expected | sign));
        });
        for (C& term : x) term = -term;
      }
    }
}

TEST(accumulator, rounds_once_to_halves) {
  tally right;
  splitmix64 random(31);
  for (std::uint64_t bits = 0; bits < infinity_bits<fp16>; ++bits) {
    check_midpoint<fp16, float>(bits, random, right);
    check_midpoint<fp16, double>(bits, random, right);
  }
  EXPECT_EQ(right.compared(), 12 * 2 * infinity_bits<fp16>);
}

TEST(accumulator, rounds_once_to_bfloats) {
  tally right;
  splitmix64 random(32);
  for (std::uint64_t bits = 0; bits < infinity_bits<bf16>; ++bits) {
    check_midpoint<bf16, float>(bits, random, right);
    check_midpoint<bf16, double>(bits, random, right);
  }
  EXPECT_EQ(right.compared(), 12 * 2 * infinity_bits<bf16>);
}

/// All exponents, with the first, the last and a random fraction.
template <element T, class C>
[[nodiscard]] std::size_t check_midpoints(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  constexpr std::uint64_t fractions = std::uint64_t{1} << fraction_bits<T>;
  for (std::uint64_t first = 0; first < infinity_bits<T>; first += fractions)
    for (const std::uint64_t fraction :
         {std::uint64_t{0}, std::uint64_t{1}, random() % fractions, fractions - 2, fractions - 1})
      check_midpoint<T, C>(first + fraction, random, right);
  return right.compared();
}

TEST(accumulator, rounds_once_to_floats) {
  EXPECT_GE((check_midpoints<float, float>(33)), 12U * 5U * 250U);
  EXPECT_GE((check_midpoints<float, double>(34)), 12U * 5U * 255U);
}

TEST(accumulator, rounds_once_to_doubles) {
  EXPECT_GE((check_midpoints<double, float>(35)), 12U * 5U * 220U);
  EXPECT_GE((check_midpoints<double, double>(36)), 12U * 5U * 1990U);
}

/// The same among pairs that cancel, for sums of T, and for the function that rounds them.
template <element T>
void check_long_midpoints(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  constexpr format f = format_of<T>;
  constexpr int unit = f.min_exponent - f.digits + 1;
  while (right.compared() < 6U * 250U) {
    const T value = draw_number<T>(0, top_exponent<T>, random);
    const std::uint64_t sign = bits_of(value) & sign_bit<T>;
    const std::uint64_t bits = bits_of(value) & ~sign_bit<T>;
    if (exponent_field(value) == 0) continue;  // has no half step
    const int half = std::ilogb(value_of(value)) - f.digits;
    if (half < unit) continue;
    const double side = sign == 0 ? 1.0 : -1.0;
    const std::size_t highest = random.below(top_exponent<T>);
    const std::size_t spread = std::min<std::size_t>(highest, 40);
    std::vector<T> x;
    for (std::size_t pairs = draw_length(random) / 2; pairs > 0; --pairs) {
      x.push_back(draw_number<T>(highest - spread, spread, random));
      x.push_back(opposite(x.back()));
    }
    x.push_back(value);
    x.push_back(from_double<T>(side * std::ldexp(1.0, half)));
    for (const double little : {0.0, 1.0, -1.0}) {
      auto terms = x;
      terms.push_back(from_double<T>(side * little * std::ldexp(1.0, unit)));
      shuffle<T>(terms, random);
      const std::uint64_t expected = little == 0.0 ? bits + bits % 2 : little > 0 ? bits + 1 : bits;
      const auto check = [&](const char* what, T rounded) {
        right.check(bits_of(rounded) == (expected | sign), [&] {
          return show(value) + " among " + std::to_string(x.size()) + ", " + what + ": " +
                 show(rounded) + ", not " + show(from_bits<T>(expected | sign));
        });
      };
      check("round", in_one<T>(terms).template round<T>());
      check("sum", permdelta::sum(terms));
    }
  }
  EXPECT_EQ(right.compared(), 6U * 250U);
}

TEST(accumulator, rounds_once_in_long_sums) {
  check_long_midpoints<double>(37);
  check_long_midpoints<float>(38);
  check_long_midpoints<fp16>(39);
  check_long_midpoints<bf16>(40);
}

}  // namespace
}  // namespace permdelta::test

/// `exact` on inputs made to mislead it: sums on and beside the midpoint of two numbers, exponents
/// from end to end, partial sums that overflow.

#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Compares the sums and means of x on all instruction sets with mpfr_sum, and gives its sum.
template <element T, class Describe>
T check(std::span<const T> x, tally& agreed, const Describe& describe) {
  const exact_results<T> expected(x);
  for (const operation op : {operation::sum, operation::mean})
    for (const auto& [which, function] : exact_kernels<T>(op)) {
      T y{};
      function(x.data(), x.size(), &y);
      const kernel& k = *which;
      agreed.check(same(y, expected.of(op)), [&] {
        return label(k) + " of " + describe() + ": " + show(y) + ", not " + show(expected.of(op));
      });
    }
  return expected.sum;
}

/// The same where the sum is known: mpfr_sum, too, has to agree.
template <element T, class Describe>
void check(std::span<const T> x, T sum, tally& agreed, const Describe& describe) {
  const T expected = check(x, agreed, describe);
  agreed.check(same(sum, expected), [&] {
    return "by mpfr_sum " + describe() + " is " + show(expected) + ", not " + show(sum);
  });
}

/// How many comparisons one input makes, apart from that of a known sum.
[[nodiscard]] std::size_t each() {
  return 2 * exact_isas();
}

/// Grows x without changing its sum, to about n elements: numbers are split in two halves, or into
/// their upper digits and the others, and pairs that cancel join in.
template <element T>
void scatter(std::vector<T>& x, std::size_t n, splitmix64& random) {
  while (x.size() < n) {
    const std::size_t i = random.below(x.size());
    const T value = x[i];
    const std::uint64_t bits = bits_of(value);
    if (random.below(3) == 0) {
      const T other = draw_number<T>(0, top_exponent<T>, random);
      x.insert(x.end(), {other, opposite(other)});
    } else if (exponent_field(value) > 1 && random.below(2) == 0) {
      x[i] = from_bits<T>(bits - (std::uint64_t{1} << fraction_bits<T>));  // half of it
      x.push_back(x[i]);
    } else {
      const std::uint64_t low = random.below(static_cast<std::size_t>(fraction_bits<T>));
      const T upper = from_bits<T>(bits & ~std::uint64_t{0} << low);
      x[i] = upper;
      x.push_back(from_double<T>(value_of(value) - value_of(upper)));
    }
  }
  shuffle(std::span<T>(x), random);
}

/// Sums around the midpoint of the number a and the next larger one, in magnitude: at it, the even
/// one is right; the tiniest number more or less decides.
template <element T>
void check_midpoint(unsigned exponent, std::uint64_t fraction, std::size_t n, splitmix64& random,
                    tally& agreed) {
  const T below = from_fields<T>(false, exponent, fraction);
  const T above = from_bits<T>(bits_of(below) + 1);  // infinity after the largest
  const T half = from_double<T>(std::ldexp(
      1.0, static_cast<int>(exponent) - 1 - format_of<T>.digits + format_of<T>.min_exponent));
  for (const bool minus : {false, true})
    for (const int decider : {-1, 0, 1}) {
      std::vector<T> x{below, half};
      if (decider != 0) x.push_back(decider < 0 ? opposite(tiniest<T>()) : tiniest<T>());
      scatter(x, n, random);
      if (minus)
        for (T& value : x) value = opposite(value);
      const bool up = decider > 0 || (decider == 0 && fraction % 2 != 0);
      const T expected = up ? above : below;
      check<T>(x, minus ? opposite(expected) : expected, agreed, [&] {
        return show(below) + " and half a unit" +
               (decider < 0   ? " less"
                : decider > 0 ? " more"
                              : "") +
               (minus ? ", negative" : "") + " in " + show(std::span<const T>(x));
      });
    }
}

template <element T>
void check_midpoints() {
  constexpr std::uint64_t most = fraction_mask<T>;
  constexpr unsigned top = top_exponent<T>;
  tally agreed;
  splitmix64 random(2);
  std::size_t midpoints = 0;
  const auto check_all = [&](unsigned exponent, std::uint64_t fraction, std::size_t n) {
    check_midpoint<T>(exponent, fraction, n, random, agreed);
    ++midpoints;
  };
  // Below 2 the numbers are multiples of the tiniest: midpoints begin there.
  for (const unsigned exponent : {2U, 3U, 4U, 13U, top / 2, top / 2 + 1, top - 1, top})
    for (const std::uint64_t fraction : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2},
                                         most / 3, most / 3 + 1, most - 1, most})
      for (const std::size_t n : {2U, 4U, 9U, 33U, 130U, 300U}) check_all(exponent, fraction, n);
  for (int i = 0; i < 3000; ++i)
    check_all(2 + static_cast<unsigned>(random.below(top - 1)), random() & most,
              3 + random.below(60));
  for (const std::size_t n : {4096U, 16383U, 16385U, 33000U})
    for (const std::uint64_t fraction : {most - 1, most}) {
      check_all(top, fraction, n);
      check_all(top / 2, fraction, n);
      check_all(2, fraction, n);
    }
  EXPECT_GE(midpoints, 3300U);
  EXPECT_EQ(agreed.compared(), midpoints * 6 * (each() + 1));
}

TEST(exact_adversarial, midpoints_fp64) {
  check_midpoints<double>();
}
TEST(exact_adversarial, midpoints_fp32) {
  check_midpoints<float>();
}
TEST(exact_adversarial, midpoints_fp16) {
  check_midpoints<fp16>();
}

/// The powers of two from the tiniest to the largest, `stride` apart, with a fraction each.
template <element T>
[[nodiscard]] std::vector<T> ladder(unsigned stride, std::uint64_t fraction) {
  constexpr auto steps = static_cast<unsigned>(fraction_bits<T>);
  std::vector<T> x;
  for (unsigned rung = 0; rung < steps + top_exponent<T>; rung += stride)
    x.push_back(rung < steps ? from_bits<T>(std::uint64_t{1} << rung)
                             : from_fields<T>(false, rung - steps + 1, fraction));
  return x;
}

enum class sign_rule { positive, negative, alternating, random };

template <element T>
void check_ladders() {
  tally agreed;
  splitmix64 random(3);
  std::size_t ladders = 0;
  for (const unsigned stride : {1U, 2U, 5U, 11U, 52U})
    for (const std::uint64_t fraction : {std::uint64_t{0}, std::uint64_t{1}, fraction_mask<T>})
      for (const auto signs :
           {sign_rule::positive, sign_rule::negative, sign_rule::alternating, sign_rule::random})
        for (int order = 0; order < 6; ++order) {
          auto x = ladder<T>(stride, fraction);
          for (std::size_t i = 0; i < x.size(); ++i)
            if (signs == sign_rule::negative || (signs == sign_rule::alternating && i % 2 != 0) ||
                (signs == sign_rule::random && random.below(2) == 0))
              x[i] = opposite(x[i]);
          if (order == 1) std::reverse(x.begin(), x.end());
          if (order >= 2) shuffle(std::span<T>(x), random);
          ++ladders;
          check<T>(x, agreed, [&] {
            return "a ladder, stride " + std::to_string(stride) + ", order " +
                   std::to_string(order) + ": " + show(std::span<const T>(x));
          });
        }
  EXPECT_EQ(ladders, 5U * 3U * 4U * 6U);
  EXPECT_EQ(agreed.compared(), ladders * each());
}

TEST(exact_adversarial, ladders_fp64) {
  check_ladders<double>();
}
TEST(exact_adversarial, ladders_fp32) {
  check_ladders<float>();
}
TEST(exact_adversarial, ladders_fp16) {
  check_ladders<fp16>();
}

/// As many of the largest number as of its negative, which no partial sum survives, and what is
/// left of them.
template <element T>
void check_overflowing_parts() {
  const T max = from_fields<T>(false, top_exponent<T>, fraction_mask<T>);
  const T infinity = from_fields<T>(false, special_exponent<T>, 0);
  // Half the distance to the next number if there were one: where overflow begins.
  const T half = from_fields<T>(false, top_exponent<T> - format_of<T>.digits, 0);
  const T tiny = tiniest<T>();
  const T one = from_double<T>(1);
  const std::vector<std::pair<std::vector<T>, T>> rests{{{}, T{}},
                                                        {{one}, one},
                                                        {{tiny}, tiny},
                                                        {{opposite(tiny)}, opposite(tiny)},
                                                        {{max}, max},
                                                        {{max, max}, infinity},
                                                        {{max, max, opposite(tiny)}, infinity},
                                                        {{max, half}, infinity},
                                                        {{max, half, tiny}, infinity},
                                                        {{max, half, opposite(tiny)}, max}};
  tally agreed;
  splitmix64 random(4);
  std::size_t inputs = 0;
  for (const std::size_t pairs : {1U, 2U, 3U, 4U, 7U, 8U, 33U, 100U, 2048U, 8192U, 10000U})
    for (const auto& [rest, sum] : rests)
      for (const bool minus : {false, true})
        for (int order = 0; order < 5; ++order) {
          std::vector<T> x(pairs, max);
          x.insert(x.end(), pairs, opposite(max));
          if (order == 1) std::reverse(x.begin(), x.end());
          if (order >= 2) shuffle(std::span<T>(x), random);
          x.insert(order == 3 ? x.begin() : x.end(), rest.begin(), rest.end());
          if (order == 4) shuffle(std::span<T>(x), random);
          if (minus)
            for (T& value : x) value = opposite(value);
          const T expected = minus && !rest.empty() ? opposite(sum) : sum;
          ++inputs;
          check<T>(x, expected, agreed, [&] {
            return std::to_string(pairs) + " pairs of the largest" + (minus ? ", negative" : "") +
                   ", order " + std::to_string(order) + ", and " + show(std::span<const T>(rest));
          });
        }
  EXPECT_EQ(inputs, 11U * 10U * 2U * 5U);
  EXPECT_EQ(agreed.compared(), inputs * (each() + 1));
}

TEST(exact_adversarial, overflowing_parts_fp64) {
  check_overflowing_parts<double>();
}
TEST(exact_adversarial, overflowing_parts_fp32) {
  check_overflowing_parts<float>();
}
TEST(exact_adversarial, overflowing_parts_fp16) {
  check_overflowing_parts<fp16>();
}

}  // namespace
}  // namespace permdelta::test

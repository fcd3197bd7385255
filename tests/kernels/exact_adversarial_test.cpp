/// `exact` on inputs made to mislead it: exponents from end to end, partial sums that overflow, one
/// number over and over, and three that only meet when lanes are added up.

#include "tests/kernels/exact_check.hpp"
#include "tests/kernels/exact_inputs.hpp"

namespace permdelta::test {
namespace {

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
          check_exact<T>(x, agreed, [&] {
            return "a ladder, stride " + std::to_string(stride) + ", order " +
                   std::to_string(order) + ": " + show(std::span<const T>(x));
          });
        }
  EXPECT_EQ(ladders, 5U * 3U * 4U * 6U);
  EXPECT_EQ(agreed.compared(), ladders * comparisons());
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
TEST(exact_adversarial, ladders_bf16) {
  check_ladders<bf16>();
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
          check_exact<T>(x, expected, agreed, [&, left = std::span<const T>(rest)] {
            return std::to_string(pairs) + " pairs of the largest" + (minus ? ", negative" : "") +
                   ", order " + std::to_string(order) + ", and " + show(left);
          });
        }
  EXPECT_EQ(inputs, 11U * 10U * 2U * 5U);
  EXPECT_EQ(agreed.compared(), inputs * (comparisons() + 1));
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
TEST(exact_adversarial, overflowing_parts_bf16) {
  check_overflowing_parts<bf16>();
}

/// One number over and over, and once its half: integers that count too many of them overflow, sums
/// of what is left of them round.
template <element T>
void check_repetitions() {
  std::vector<T> values{tiniest<T>(), from_fields<T>(false, top_exponent<T>, fraction_mask<T>),
                        from_fields<T>(false, 0, fraction_mask<T>)};
  splitmix64 random(5);
  while (values.size() < 60) values.push_back(draw_number<T>(0, top_exponent<T>, random));
  tally agreed;
  for (const T value : values)
    for (const std::size_t n : {1921U, 7687U, 16391U, 40000U}) {
      std::vector<T> x(n, value);
      x[n / 2] = from_double<T>(value_of(value) / 2);
      check_exact<T>(x, agreed, [&] { return std::to_string(n) + " times " + show(value); });
    }
  EXPECT_EQ(agreed.compared(), 60U * 4U * comparisons());
}

TEST(exact_adversarial, repetitions_fp64) {
  check_repetitions<double>();
}
TEST(exact_adversarial, repetitions_fp32) {
  check_repetitions<float>();
}
TEST(exact_adversarial, repetitions_fp16) {
  check_repetitions<fp16>();
}
TEST(exact_adversarial, repetitions_bf16) {
  check_repetitions<bf16>();
}

/// The largest number, its negative and the tiniest among zeros, in lanes of their own: each lane
/// is exact, adding up the lanes is not.
template <element T>
void check_lanes() {
  const T max = from_fields<T>(false, top_exponent<T>, fraction_mask<T>);
  tally agreed;
  for (const std::size_t n : {200U, 16383U, 16384U, 16385U, 40000U})
    for (std::size_t distance = 1; distance <= 66; ++distance)
      for (const std::size_t start : {std::size_t{0}, n - 200, n - 2 * distance - 1}) {
        std::vector<T> x(n);
        x[start] = max;
        x[start + distance] = tiniest<T>();
        x[start + 2 * distance] = opposite(max);
        check_exact<T>(x, tiniest<T>(), agreed, [&] {
          return std::to_string(n) + " zeros but for three " + std::to_string(distance) +
                 " apart, from " + std::to_string(start);
        });
      }
  EXPECT_EQ(agreed.compared(), 5U * 66U * 3U * (comparisons() + 1));
}

TEST(exact_adversarial, lanes_fp64) {
  check_lanes<double>();
}
TEST(exact_adversarial, lanes_fp32) {
  check_lanes<float>();
}
TEST(exact_adversarial, lanes_fp16) {
  check_lanes<fp16>();
}
TEST(exact_adversarial, lanes_bf16) {
  check_lanes<bf16>();
}

}  // namespace
}  // namespace permdelta::test

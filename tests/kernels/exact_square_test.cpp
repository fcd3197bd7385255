/// The sum of squares behind a layernorm by `exact`, where it lies so close above the midpoint of
/// two numbers that an approximate sum takes it for the midpoint, which goes to the other one.

#include "tests/kernels/definition.hpp"
#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Numbers and their negatives, so that the mean is 0: `pairs` of 2^exponent, as many powers of two
/// as have squares that add up to half a unit in the last place of the squares so far, and at last
/// one whose square decides; then zeros.
template <element T>
[[nodiscard]] std::vector<T> above_midpoint(std::size_t pairs, int exponent, int decider,
                                            std::size_t zeros) {
  std::vector<T> x;
  const auto insert = [&x](std::size_t count, int power) {
    for (std::size_t i = 0; i < count; ++i) {
      x.push_back(from_double<T>(std::ldexp(1.0, power)));
      x.push_back(opposite(x.back()));
    }
  };
  insert(pairs, exponent);
  const int top = std::ilogb(static_cast<double>(2 * pairs)) + 2 * exponent;
  const int half = top - format_of<compute_t<T>>.digits;  // 2^half = 2 * 2^(half - 1)
  if (half % 2 != 0)
    insert(1, (half - 1) / 2);
  else
    insert(2, (half - 2) / 2);
  insert(1, decider);
  x.insert(x.end(), zeros, T{});
  return x;
}

template <element T>
void check_squares(int exponent, int decider) {
  using C = compute_t<T>;
  const auto right = [](std::span<const C> x) { return exact_results<C>(x).sum; };
  // The smallest squares decide; without them it is the midpoint.
  const auto wrong = [](std::span<const C> x) {
    const C least = *std::max_element(x.begin(), x.end()) * static_cast<C>(1e-9 * unit_roundoff<C>);
    std::vector<C> most;
    for (const C value : x)
      if (value > least) most.push_back(value);
    return exact_results<C>(most).sum;
  };
  tally agreed;
  std::size_t telling = 0;
  splitmix64 random(8);
  for (std::size_t pairs = 1; pairs < 400; ++pairs)
    for (const std::size_t zeros : {0U, 3U, 1000U}) {
      auto x = above_midpoint<T>(pairs, exponent, decider, zeros);
      shuffle(std::span<T>(x), random);
      const auto expected = evaluate<T>(operation::layernorm, x, right);
      if (!same<T>(evaluate<T>(operation::layernorm, x, wrong), expected)) ++telling;
      for (const auto& [which, function] : exact_kernels<T>(operation::layernorm)) {
        const kernel& k = *which;
        agreed.check(same<T>(run<T>(function, operation::layernorm, x), expected), [&] {
          return label(k) + ", " + std::to_string(pairs) + " pairs and " + std::to_string(zeros) +
                 " zeros";
        });
      }
    }
  EXPECT_EQ(agreed.compared(), 399U * 3U * exact_isas());
  EXPECT_GE(telling, 100U);
}

TEST(exact_square, above_midpoint_fp64) {
  check_squares<double>(0, -70);
  check_squares<double>(100, 10);
}
TEST(exact_square, above_midpoint_fp32) {
  check_squares<float>(0, -40);
  check_squares<float>(20, -12);
}
TEST(exact_square, above_midpoint_fp16) {
  check_squares<fp16>(13, -24);
}
TEST(exact_square, above_midpoint_bf16) {
  check_squares<bf16>(13, -24);
}

}  // namespace
}  // namespace permdelta::test

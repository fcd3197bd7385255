/// `exact` on and beside the midpoint of two numbers, where a unit of the smallest number decides.

#include "tests/kernels/exact_check.hpp"
#include "tests/kernels/exact_inputs.hpp"

namespace permdelta::test {
namespace {

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
      check_exact<T>(x, minus ? opposite(expected) : expected, agreed, [&] {
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
  EXPECT_EQ(agreed.compared(), midpoints * 6 * (comparisons() + 1));
}

TEST(exact_midpoint, decided_by_the_tiniest_fp64) {
  check_midpoints<double>();
}
TEST(exact_midpoint, decided_by_the_tiniest_fp32) {
  check_midpoints<float>();
}
TEST(exact_midpoint, decided_by_the_tiniest_fp16) {
  check_midpoints<fp16>();
}
TEST(exact_midpoint, decided_by_the_tiniest_bf16) {
  check_midpoints<bf16>();
}

}  // namespace
}  // namespace permdelta::test

/// The tiers of `exact`: which blocks leave the first one, whether the next one has bins enough,
/// and rows of which some leave it and some don't, in one call.

#include <optional>

#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// exp(4 z) with a random sign: exponents that no double holds side by side.
template <element T>
[[nodiscard]] std::vector<T> lognormal(std::size_t n, std::uint64_t seed) {
  splitmix64 random(seed);
  std::vector<T> x;
  while (x.size() < n) {
    const T value = from_double<T>(random.sign() * std::exp(4 * random.normal()));
    if (is_finite(value)) x.push_back(value);
  }
  return x;
}

/// What a row may do to the next: stay in the first tier, leave it, end where it began, fold lanes
/// that don't, overflow, be no number.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> kinds_of_rows(std::size_t n) {
  splitmix64 random(n);
  std::vector<std::vector<T>> rows{make_input<T>(shape::normal, n, n), lognormal<T>(n, n)};
  for (const trap kind : {trap::bits, trap::zeros, trap::near_overflow, trap::huge_and_tiny}) {
    rows.emplace_back(n);
    fill(kind, std::span<T>(rows.back()), random);
  }
  rows.push_back(rows[0]);
  if (n != 0) rows.back()[n / 2] = from_fields<T>(false, special_exponent<T>, 0);
  return rows;
}

template <element T>
struct outcome {
  std::vector<T> y;
  tier_counts counts{};
};

template <element T>
[[nodiscard]] outcome<T> reduce(const exact_kernel<T>& k, std::span<const T> x, std::size_t rows,
                                std::size_t n, double eps) {
  outcome<T> made;
  made.y.assign(rows * output_size(k.which->operation, n), from_double<T>(-7));
  made.counts = k.function.reduce(x.data(), rows, n, made.y.data(), eps);
  return made;
}

template <element T>
void check_rows() {
  tally agreed;
  constexpr double eps = 0.25;
  for (const std::size_t n : {0U, 1U, 2U, 7U, 40U, 1000U, 4097U, 16384U, 16391U}) {
    const auto kinds = kinds_of_rows<T>(n);
    for (const operation op : every_operation)
      for (const auto& k : exact_kernels<T>(op)) {
        std::vector<outcome<T>> single;
        for (const auto& row : kinds) single.push_back(reduce<T>(k, row, 1, n, eps));
        for (std::size_t a = 0; a < kinds.size(); ++a)
          for (std::size_t b = 0; b < kinds.size(); ++b) {
            std::vector<T> x;
            outcome<T> expected;
            for (const std::size_t row : {a, b, b, a}) {
              const auto& alone = single[row];
              x.insert(x.end(), kinds[row].begin(), kinds[row].end());
              expected.y.insert(expected.y.end(), alone.y.begin(), alone.y.end());
              expected.counts.blocks += alone.counts.blocks;
              expected.counts.refused += alone.counts.refused;
            }
            const auto together = reduce<T>(k, x, 4, n, eps);
            agreed.check(same<T>(together.y, expected.y), [&] {
              return label(*k.which) + ", n = " + std::to_string(n) + ", rows of kinds " +
                     std::to_string(a) + " and " + std::to_string(b);
            });
            EXPECT_EQ(together.counts.blocks, expected.counts.blocks) << label(*k.which) << n;
            EXPECT_EQ(together.counts.refused, expected.counts.refused) << label(*k.which) << n;
          }
        EXPECT_EQ(reduce<T>(k, {}, 0, n, eps).counts.blocks, 0U);
      }
  }
  EXPECT_EQ(agreed.compared(), 9U * every_operation.size() * 7U * 7U * exact_isas());
}

TEST(exact_tier, rows_are_alone_fp64) {
  check_rows<double>();
}
TEST(exact_tier, rows_are_alone_fp32) {
  check_rows<float>();
}
TEST(exact_tier, rows_are_alone_fp16) {
  check_rows<fp16>();
}
TEST(exact_tier, rows_are_alone_bf16) {
  check_rows<bf16>();
}

template <element T>
void check_counts() {
  for (const operation op : every_operation)
    for (const auto& k : exact_kernels<T>(op))
      for (const std::size_t n : {10U, 1000U, 16384U, 50000U}) {
        const auto counts = [&](std::span<const T> x) {
          const tier_counts first = reduce<T>(k, x, 1, n, default_eps).counts;
          const tier_counts second = reduce<T>(k, x, 1, n, default_eps).counts;
          EXPECT_EQ(first.blocks, second.blocks) << label(*k.which) << n;
          EXPECT_EQ(first.refused, second.refused) << label(*k.which) << n;
          EXPECT_GT(first.blocks, 0U) << label(*k.which) << n;
          return first;
        };
        EXPECT_EQ(counts(make_input<T>(shape::normal, n, n)).refused, 0U) << label(*k.which) << n;
        // Halves have no second tier, and squares and exponentials are another story.
        const auto spread = counts(lognormal<T>(n, n));
        if constexpr (std::same_as<T, fp16>) {
          EXPECT_EQ(spread.refused, 0U) << label(*k.which) << n;
          continue;
        }
        if (is_elementwise(op) || n < 1000) continue;
        if constexpr (!std::same_as<T, bf16>) {  // whose few digits leave room for that spread
          EXPECT_EQ(spread.refused, spread.blocks) << label(*k.which) << n;
        }
        const distrust no_flag;
        const auto distrusted = counts(make_input<T>(shape::normal, n, n));
        EXPECT_EQ(distrusted.refused, distrusted.blocks) << label(*k.which) << n;
      }
}

TEST(exact_tier, counts_fp64) {
  check_counts<double>();
}
TEST(exact_tier, counts_fp32) {
  check_counts<float>();
}
TEST(exact_tier, counts_fp16) {
  check_counts<fp16>();
}
TEST(exact_tier, counts_bf16) {
  check_counts<bf16>();
}

/// As many numbers as bins take at a time: one, many of another 2^middle below it, and one 2^lowest
/// below it; then the same with the other sign, but for the last, which is what is left. The second
/// are chosen so that what bins drop of them adds up: were a bin too few or its bits too many, some
/// of the last number would be lost.
template <element T>
[[nodiscard]] std::vector<T> stairs(unsigned middle, unsigned lowest, unsigned dropped) {
  constexpr unsigned top = top_exponent<T> / 2 + 60;
  constexpr std::size_t half = 4096;
  constexpr std::uint64_t odd = fraction_mask<T>;
  std::vector<T> x(half, from_fields<T>(false, top - middle, (odd & ~std::uint64_t{7}) | dropped));
  x.front() = from_fields<T>(false, top, odd);
  x.back() = T{};
  for (std::size_t i = 0; i < half; ++i) x.push_back(opposite(x[i]));
  x[half - 1] = from_fields<T>(false, top - lowest, odd);
  return x;
}

template <element T>
void check_stairs() {
  tally agreed;
  for (const unsigned middle :
       {0U, 5U, 24U, 25U, 26U, 27U, 28U, 29U, 50U, 51U, 52U, 76U, 77U, 102U})
    for (unsigned lowest = middle; lowest < middle + 64; ++lowest)
      for (const unsigned dropped : {3U, 4U, 5U}) {
        const auto x = stairs<T>(middle, lowest, dropped);
        const T expected = x[x.size() / 2 - 1];
        for (const bool trusted : {true, false}) {
          std::optional<distrust> no_flag;
          if (!trusted) no_flag.emplace();
          for (const auto& k : exact_kernels<T>(operation::sum)) {
            const T y = reduce<T>(k, x, 1, x.size(), default_eps).y[0];
            agreed.check(same(y, expected), [&] {
              return label(*k.which) + " of stairs " + std::to_string(middle) + ", " +
                     std::to_string(lowest) + ", " + std::to_string(dropped) + ": " + show(y) +
                     ", not " + show(expected);
            });
          }
        }
      }
  EXPECT_EQ(agreed.compared(), 14U * 64U * 3U * 2U * exact_isas());
}

TEST(exact_tier, bins_are_enough_fp64) {
  check_stairs<double>();
}
TEST(exact_tier, bins_are_enough_fp32) {
  check_stairs<float>();
}

}  // namespace
}  // namespace permdelta::test

/// As many terms as there may be in an `exact_accumulator`: spans around the ends of blocks and of
/// memory, a million terms in one, 2^61 by doubling.

#include <array>
#include <limits>

#include "tests/kernels/accumulator_inputs.hpp"
#include "tests/kernels/accumulator_support.hpp"
#include "tests/kernels/buffers.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Where blocks of any sensible length begin and end, at addresses that are multiples of nothing.
template <element T>
void check_blocks(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  const T nan = from_bits<T>(sign_bit<T> - 1);
  for (const std::size_t multiple : {1024U, 4096U, 8192U, 12288U, 16384U, 32768U, 49152U, 65536U})
    for (const std::size_t n : {multiple - 1, multiple, multiple + 1}) {
      const named_mix& m = mixes[random.below(mixes.size())];
      const auto drawn = draw<T>(m.kind, n, random);
      const std::size_t shift = random.below(9);
      const heap_block<T> block(drawn, nan, shift);
      const std::span<const T> x = block.data();
      const auto sum = in_one(x);
      const std::string wrong = objection(sum, sum_by_mpfr(x));
      right.check(wrong.empty() && same_bytes(sum, one_by_one(x)), [&] {
        return describe(m.name, n, seed) + " shifted by " + std::to_string(shift) + ": " + wrong;
      });
    }
  EXPECT_EQ(right.compared(), 24U);
}

TEST(accumulator, is_mpfr_sum_around_blocks) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    check_blocks<double>(seed);
    check_blocks<float>(seed);
    check_blocks<fp16>(seed);
    check_blocks<bf16>(seed);
  }
}

/// Millions of terms in one span, with all bits set where carries pile up fastest.
template <element T>
void check_long_spans(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  for (const std::size_t period : {1U, 2U, 3U, 7U, 64U}) {
    const bool one_sign = random.below(2) == 0;
    const std::size_t lowest = random.below(top_exponent<T>);
    std::vector<T> pattern;
    for (std::size_t i = 0; i < period; ++i) {
      const std::uint64_t bits = bits_of(draw_number<T>(lowest, i, random)) | fraction_mask<T>;
      pattern.push_back(from_bits<T>(one_sign ? bits & ~sign_bit<T> : bits));
    }
    const std::size_t rounds = (std::size_t{1} << 20) / period;
    std::vector<T> x;
    x.reserve(rounds * period);
    for (std::size_t i = 0; i < rounds; ++i) x.insert(x.end(), pattern.begin(), pattern.end());
    real expected = sum_by_mpfr<T>(pattern);
    mpfr_mul_ui(expected.get(), expected.get(), rounds, MPFR_RNDN);
    const auto sum = in_one<T>(x);
    const std::string wrong = objection(sum, expected);
    right.check(wrong.empty() && same_bytes(sum, one_by_one<T>(x)),
                [&] { return "period " + std::to_string(period) + ": " + wrong; });
  }
  EXPECT_EQ(right.compared(), 5U);
}

TEST(accumulator, is_exact_for_long_spans) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    check_long_spans<double>(seed);
    check_long_spans<float>(seed);
    check_long_spans<fp16>(seed);
    check_long_spans<bf16>(seed);
  }
}

/// Spans that begin or end where memory does.
template <element T>
void check_fences() {
  tally right;
  splitmix64 random(9);
  for (std::size_t n = 0; n <= 300; ++n)
    for (const edge at : {edge::front, edge::back}) {
      const auto x = draw<T>(mix::spread, n, random);
      const fenced_block<T> block(x, at);
      right.check(same_bytes(in_one<T>(block.data()), one_by_one<T>(x)),
                  [&] { return std::to_string(n) + " numbers"; });
    }
  EXPECT_EQ(right.compared(), 602U);
}

TEST(accumulator, reads_its_span_only) {
  check_fences<double>();
  check_fences<float>();
  check_fences<fp16>();
  check_fences<bf16>();
}

/// 2^61 times the largest number, by doubling; and back to what was there before.
template <class C>
void check_many_terms() {
  tally right;
  const auto most = static_cast<C>(largest<C>());
  for (const C first : {most, static_cast<C>(-most), std::numeric_limits<C>::denorm_min()}) {
    exact_accumulator<C> sum;
    sum.add(first);
    real expected(value_of(first));
    for (int i = 0; i < 61; ++i) {
      sum.merge(sum);
      mpfr_mul_2ui(expected.get(), expected.get(), 1, MPFR_RNDN);
      const std::string wrong = objection(sum, expected);
      right.check(wrong.empty(), [&] { return "doubled " + std::to_string(i) + ": " + wrong; });
    }
    exact_accumulator<C> back = sum;
    back.negate();
    back.add(std::array{C{1}, first});
    sum.merge(back);
    right.check(same_bytes(sum, in_one<C>(std::array{first, C{1}})),
                [&] { return show(first) + " does not come back"; });
  }
  EXPECT_EQ(right.compared(), 3U * 62U);
}

TEST(accumulator, holds_very_many_terms) {
  check_many_terms<double>();
  check_many_terms<float>();
}

}  // namespace
}  // namespace permdelta::test

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/catalog.hpp"
#include "tests/kernels/quotient_isa.hpp"

// c/d by multiplications must have the bits of the division. It can only differ where c/d lies next
// to a midpoint between two numbers, and those pairs can be listed: with significands C and D of p
// bits and a midpoint M of p + 1 bits,
//   C 2^p - D M = k  (C >= D)    or    C 2^(p+1) - D M = k  (C < D)
// for a small k, so M = -k / D modulo a power of two, and C follows. The error before the last
// rounding stays below |k| = 7 (kernels/operation/quotient.hpp); |k| <= 8 is tried, for every D of
// float and for random D of double.

namespace permdelta::test {
namespace {

std::vector<quotient_functions> functions() {
  std::vector<quotient_functions> all;
#ifdef PERMDELTA_HAS_AVX2
  all.push_back(avx2);
#endif
#ifdef PERMDELTA_HAS_AVX512
  all.push_back(avx512);
#endif
#ifdef PERMDELTA_HAS_NEON64
  all.push_back(neon64);
#endif
  std::erase_if(all, [](const quotient_functions& each) { return !runnable(each.isa); });
  return all;
}

// The inverse of an odd number modulo 2^64; each step doubles the valid bits.
constexpr std::uint64_t inverse(std::uint64_t d) {
  std::uint64_t x = d;
  for (int i = 0; i < 6; ++i) x *= 2 - d * x;
  return x;
}

__extension__ using wide = unsigned __int128;

// Appends every C for which C/D is within k of a midpoint.
template <int Digits, class C>
void append_hard_numerators(std::uint64_t d, int k, std::vector<C>& numerators) {
  constexpr std::uint64_t least = std::uint64_t{1} << (Digits - 1);
  const int even = std::countr_zero(d);
  if (k % (1 << std::min(even, 4)) != 0 || even > 3) return;
  for (const int shift : {Digits, Digits + 1}) {
    const int bits = shift - even;  // M is known modulo 2^bits
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    const auto k_reduced = static_cast<std::uint64_t>(-(k / (1 << even)));
    for (std::uint64_t m = (k_reduced * inverse(d >> even)) & mask; m < 4 * least; m += mask + 1) {
      if (m < 2 * least || m % 2 == 0) continue;  // a midpoint has one bit more, and ends in it
      const wide product = static_cast<wide>(d) * m + static_cast<wide>(k);  // wraps for k < 0
      const auto c = static_cast<std::uint64_t>(product >> shift);
      if (c < least || c >= 2 * least || (c >= d) != (shift == Digits)) continue;
      if ((product & ((static_cast<wide>(1) << shift) - 1)) != 0) continue;
      numerators.push_back(static_cast<C>(c));
    }
  }
}

// How many of the quotients have other bits than the division.
template <class C>
std::size_t count_wrong(quotient_function<C> divide, std::vector<C>& numerators, C d) {
  const std::size_t count = numerators.size();
  numerators.resize((count + 15) / 16 * 16, C{1});
  std::vector<C> quotients(numerators.size());
  divide(numerators.data(), numerators.size(), d, quotients.data());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) {
    wrong += quotients[i] != numerators[i] / d;
  }
  return wrong;
}

// The same by two operations, where they are said to do; counts where they are.
template <class C>
std::size_t count_wrong(two_operations_function<C> divide, std::vector<C>& numerators, C d,
                        std::size_t& said_to_do) {
  const std::size_t count = numerators.size();
  numerators.resize((count + 15) / 16 * 16, C{1});
  std::vector<C> quotients(numerators.size());
  if (!divide(numerators.data(), numerators.size(), d, quotients.data())) return 0;
  ++said_to_do;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) wrong += quotients[i] != numerators[i] / d;
  return wrong;
}

TEST(quotient, float_has_the_divisions_bits_for_every_hard_pair) {
  for (const auto& f : functions()) {
    SCOPED_TRACE(name(f.isa));
    std::size_t tried = 0;
    std::size_t wrong = 0;
    std::size_t divisors = 0;
    std::size_t in_two = 0;
    std::size_t wrong_in_two = 0;
    std::vector<float> numerators;
    for (std::uint64_t d = 1 << 23; d < 1 << 24; ++d) {
      numerators.clear();
      for (int k = 1; k <= 8; ++k) {
        append_hard_numerators<24>(d, k, numerators);
        append_hard_numerators<24>(d, -k, numerators);
      }
      tried += numerators.size();
      if (numerators.empty()) continue;
      wrong += count_wrong(f.corrected_float, numerators, static_cast<float>(d));
      ++divisors;
      wrong_in_two += count_wrong(f.two_float, numerators, static_cast<float>(d), in_two);
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(wrong_in_two, 0U);
    EXPECT_GT(in_two, divisors / 100 * 96) << "of " << divisors;
    EXPECT_LT(in_two, divisors) << "some divisors do need a third operation";
    EXPECT_EQ(tried, 46517418U) << "the enumeration itself has changed";
  }
}

TEST(quotient, double_has_the_divisions_bits_for_random_hard_pairs) {
  const std::uint64_t seed = 20260101;
  for (const auto& f : functions()) {
    SCOPED_TRACE(name(f.isa));
    std::mt19937_64 random(seed);
    std::size_t tried = 0;
    std::size_t wrong = 0;
    std::size_t divisors = 0;
    std::size_t in_two = 0;
    std::size_t wrong_in_two = 0;
    std::vector<double> numerators;
    for (int trial = 0; trial < 1'000'000; ++trial) {
      const std::uint64_t d =
          (std::uint64_t{1} << 52) | (random() >> 12) | static_cast<std::uint64_t>(trial % 2);
      numerators.clear();
      for (int k = 1; k <= 8; ++k) {
        append_hard_numerators<53>(d, k, numerators);
        append_hard_numerators<53>(d, -k, numerators);
      }
      tried += numerators.size();
      if (numerators.empty()) continue;
      wrong += count_wrong(f.corrected_double, numerators, static_cast<double>(d));
      ++divisors;
      wrong_in_two += count_wrong(f.two_double, numerators, static_cast<double>(d), in_two);
    }
    EXPECT_EQ(wrong, 0U) << "seed " << seed;
    EXPECT_EQ(wrong_in_two, 0U) << "seed " << seed;
    EXPECT_GT(in_two, divisors / 100 * 96) << "of " << divisors;
    EXPECT_LT(in_two, divisors) << "some divisors do need a third operation";
    EXPECT_GT(tried, 1'000'000U);
  }
}

template <class C>
void check_random_pairs(quotient_function<C> divide, double exponent_range, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(-exponent_range, exponent_range);
  std::uniform_real_distribution<double> significand(1, 2);
  std::size_t wrong = 0;
  std::vector<C> numerators;
  for (int trial = 0; trial < 20000; ++trial) {
    const C d = static_cast<C>(std::ldexp(significand(random), static_cast<int>(exponent(random))));
    numerators.clear();
    for (int i = 0; i < 32; ++i) {
      const double c = std::ldexp(significand(random), static_cast<int>(exponent(random)));
      numerators.push_back(static_cast<C>(i % 2 != 0 ? -c : c));
    }
    wrong += count_wrong(divide, numerators, d);
  }
  EXPECT_EQ(wrong, 0U) << "seed " << seed;
}

TEST(quotient, has_the_divisions_bits_all_over_the_range_it_promises) {
  for (const auto& f : functions()) {
    SCOPED_TRACE(name(f.isa));
    check_random_pairs<float>(f.corrected_float, 59, 1);
    check_random_pairs<double>(f.corrected_double, 499, 2);
  }
}

// Elements next to the mean and far from it, all over the range of divisors and means that are said
// to be quick, and just inside of it.
template <class C>
void check_around_means(is_quick_function<C> is_quick, quotient_function<C> fast,
                        two_operations_function<C> in_two, double exponents, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(-exponents, exponents);
  std::uniform_real_distribution<double> significand(1, 2);
  std::uniform_real_distribution<double> spread(-3, 3);
  std::size_t wrong = 0;
  std::size_t quick = 0;
  std::size_t two = 0;
  std::vector<C> numerators;
  for (int trial = 0; trial < 40000; ++trial) {
    const C d = static_cast<C>(std::ldexp(significand(random), static_cast<int>(exponent(random))));
    const C mean =
        static_cast<C>(std::ldexp(significand(random), static_cast<int>(exponent(random))));
    if (!is_quick(d, mean)) continue;
    ++quick;
    numerators.clear();
    C next = mean;
    for (int i = 0; i < 16; ++i) {
      numerators.push_back(next - mean);
      next = std::nextafter(next, i < 8 ? C{0} : 2 * mean);
      numerators.push_back(mean * static_cast<C>(spread(random)) - mean);
    }
    wrong += count_wrong(fast, numerators, d) + count_wrong(in_two, numerators, d, two);
  }
  EXPECT_EQ(wrong, 0U) << "seed " << seed;
  EXPECT_GT(quick, 1000U);
  EXPECT_GT(two, quick / 100 * 90);
}

TEST(quotient, has_the_divisions_bits_around_every_mean_that_it_accepts) {
  for (const auto& f : functions()) {
    SCOPED_TRACE(name(f.isa));
    check_around_means<float>(f.quick_float, f.corrected_float, f.two_float, 62, 3);
    check_around_means<double>(f.quick_double, f.corrected_double, f.two_double, 505, 4);
    EXPECT_FALSE(f.quick_float(1.0F, 0.0F));
    EXPECT_FALSE(f.quick_float(1.0F, 0x1p-36F));
    EXPECT_TRUE(f.quick_float(1.0F, -0x1p-35F));
    EXPECT_FALSE(f.quick_float(std::nanf(""), 1.0F));
  }
}

// The enumeration finds what a weaker method gets wrong: a single multiplication by the reciprocal.
TEST(quotient, the_check_objects_to_a_bare_reciprocal) {
  const quotient_function<float> bare = [](const float* c, std::size_t n, float d,
                                           float* q) noexcept {
    for (std::size_t i = 0; i < n; ++i) q[i] = c[i] * (1 / d);
  };
  std::size_t wrong = 0;
  std::vector<float> numerators;
  for (std::uint64_t d = (1 << 23) + 1; d < (1 << 23) + 2001; d += 2) {
    numerators.clear();
    for (int k = 1; k <= 8; ++k) append_hard_numerators<24>(d, k, numerators);
    if (!numerators.empty()) wrong += count_wrong(bare, numerators, static_cast<float>(d));
  }
  EXPECT_GT(wrong, 100U);
}

}  // namespace
}  // namespace permdelta::test

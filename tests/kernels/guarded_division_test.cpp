/// The quick division of rmsnorm and softmax against the plain one, bit for bit: rows in which some
/// numerators are too small for it, down to subnormals and zeros of either sign, or much larger
/// than the divisor; of every length at which it is done another way.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/fields.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::size_t lengths[] = {1,   7,   16,  31,   64,   65,   100,
                                   129, 511, 600, 2047, 2048, 2049, 3001};

/// Those of the divisors: in the middle, and on both sides of where quick ways end.
template <element T>
[[nodiscard]] std::vector<int> exponents() {
  if constexpr (std::same_as<T, double>) return {-1000, -501, -499, -300, -3, 0, 5, 300, 499, 501};
  if constexpr (std::same_as<T, fp16>) return {-24, -10, -3, -1, 0, 1, 5, 12, 15};
  return {-120, -61, -59, -35, -20, -3, 0, 5, 40, 59, 61, 120};
}

/// How many of a row's numerators are not like the divisor.
enum class odd : std::uint8_t { none, one, few, all };
constexpr odd every_share[] = {odd::none, odd::one, odd::few, odd::all};

/// Zeros, subnormals, the smallest of all, those from 2^-50 of the divisor down to nothing, and
/// huge ones.
template <element T>
[[nodiscard]] double draw_odd(double divisor, splitmix64& random) {
  const auto of_divisor = [&](std::size_t least, std::size_t range) {
    const auto binades = static_cast<int>(least + random.below(range));
    return random.sign() * std::ldexp((1 + random.uniform()) * divisor, -binades);
  };
  switch (random.below(7)) {
    case 0:
      return random.sign() * 0.0;
    case 1:
      return value_of(from_fields<T>(random.below(2) == 0, 0, random()));
    case 2:
      return value_of(from_fields<T>(random.below(2) == 0, 0, 1));
    case 3:
      return value_of(from_fields<T>(random.below(2) == 0, 1, random()));
    case 4:
      return of_divisor(50, 60);
    case 5:
      return of_divisor(std::same_as<T, double> ? 780 : 20, 100);
    default:
      return std::ldexp(of_divisor(0, 1), static_cast<int>(random.below(59)));
  }
}

template <element T>
[[nodiscard]] std::vector<T> draw_row(std::size_t n, double divisor, odd share,
                                      splitmix64& random) {
  const std::size_t marked = random.below(n);
  std::vector<T> x;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_odd = share == odd::all || (share == odd::one && i == marked) ||
                        (share == odd::few && random.below(40) == 0);
    const double value = is_odd ? draw_odd<T>(divisor, random)
                                : random.sign() * (0.01 + 4 * random.uniform()) * divisor;
    // Beside such numbers an actual divisor is not that small.
    const bool allowed = std::abs(value) <= std::min(0x1p60 * divisor, largest<T>());
    x.push_back(from_double<T>(allowed ? value : 0.0));
  }
  return x;
}

/// y as a plain division gives it, and as quick ones would that do not look what they divide.
template <element T>
struct quotients {
  using C = compute_t<T>;
  quotients(const std::vector<C>& numerators, C d) {
    const C r = C{1} / d;
    constexpr double least = std::same_as<C, double> ? 0x1p-500 : 0x1p-60;
    for (const C c : numerators) {
      const C q = c * r;
      too_small += c != 0 && std::abs(static_cast<double>(c)) < least;
      plain.push_back(stored<T>(c / d));
      by_reciprocal.push_back(stored<T>(q));
      unguarded.push_back(stored<T>(std::fma(std::fma(-q, d, c), r, q)));
    }
  }
  std::vector<T> plain;
  std::vector<T> by_reciprocal;
  std::vector<T> unguarded;
  std::size_t too_small = 0;  // for quick ways, whatever the divisor
};

/// Divides on every instruction set and compares; counts the rows in which a quick
/// division would have been wrong.
template <element T>
class comparison {
 public:
  using C = compute_t<T>;
  explicit comparison(operation op) : op_(op) {}

  void operator()(const std::vector<T>& x, C shift, C divisor, const quotients<T>& expected) {
    ++rows_;
    by_reciprocal_ += !same<T>(expected.by_reciprocal, expected.plain);
    too_small_ += expected.too_small;
    unguarded_ += !same<T>(expected.unguarded, expected.plain);
    for (const T y : expected.plain) {
      if (bits_of(y) == sign_bit<T>) ++negative_zeros_;
      if (bits_of(y) != 0 && exponent_field(y) == 0) ++subnormal_;
    }
    std::vector<T> y(x.size());
    for (const auto& each : exact_kernels<T>(op_)) {
      const auto& row = *each.function.row;
      const auto divide = op_ == operation::softmax ? row.divide_exponentials : row.divide_elements;
      divide(x.data(), 1, x.size(), &shift, &divisor, false, y.data());
      right_.check(same<T>(y, expected.plain), [&] {
        std::size_t i = 0;
        while (same(y[i], expected.plain[i])) ++i;
        return label(*each.which) + ", n = " + std::to_string(x.size()) + ": y[" +
               std::to_string(i) + "] of " + show(x[i]) + " over " + show(divisor) + " is " +
               show(y[i]) + ", not " + show(expected.plain[i]);
      });
    }
  }

  void expect_rows(std::size_t least, bool signs) const {
    EXPECT_GE(rows_, least);
    EXPECT_EQ(right_.compared(), rows_ * exact_isas());
    EXPECT_GE(subnormal_, rows_);
    EXPECT_EQ(negative_zeros_ >= rows_, signs);
    const bool zeros_only = std::same_as<T, fp16> && signs;
    EXPECT_GE(too_small_, zeros_only ? 0 : rows_);
    EXPECT_GE(by_reciprocal_, sizeof(T) == 2 ? 0 : rows_ / 5) << "of " << rows_;
    EXPECT_GE(unguarded_, signs ? rows_ / 5 : 0) << "of " << rows_;
  }

 private:
  operation op_;
  tally right_;
  std::size_t rows_ = 0;
  std::size_t by_reciprocal_ = 0;
  std::size_t unguarded_ = 0;
  std::size_t too_small_ = 0;
  std::size_t negative_zeros_ = 0;
  std::size_t subnormal_ = 0;
};

template <element T>
void check_rmsnorm() {
  using C = compute_t<T>;
  splitmix64 random(sizeof(T));
  comparison<T> compare(operation::rmsnorm);
  for (const int exponent : exponents<T>())
    for (const std::size_t n : lengths)
      for (const odd share : every_share)
        for (int trial = 0; trial < 3; ++trial) {
          const auto divisor = static_cast<C>(std::ldexp(1 + random.uniform(), exponent));
          const auto x = draw_row<T>(n, static_cast<double>(divisor), share, random);
          compare(x, 0, divisor, quotients<T>(computed<T>(x), divisor));
        }
  compare.expect_rows(9 * 14 * 4 * 3, true);
}

TEST(guarded_division, of_rmsnorm_is_plain_division_fp64) {
  check_rmsnorm<double>();
}
TEST(guarded_division, of_rmsnorm_is_plain_division_fp32) {
  check_rmsnorm<float>();
}
TEST(guarded_division, of_rmsnorm_is_plain_division_fp16) {
  check_rmsnorm<fp16>();
}
TEST(guarded_division, of_rmsnorm_is_plain_division_bf16) {
  check_rmsnorm<bf16>();
}

/// Exponentials, from 1 to where they are subnormal and nothing, over sums of them.
template <element T>
void check_softmax() {
  using C = compute_t<T>;
  splitmix64 random(sizeof(T));
  comparison<T> compare(operation::softmax);
  const double deepest = std::same_as<C, double> ? -770 : -115;
  for (const std::size_t n : lengths)
    for (const double reach : {5.0, 20.0, 70.0, -deepest})
      for (const odd share : every_share)
        for (int trial = 0; trial < 3; ++trial) {
          const std::size_t marked = random.below(n);
          const auto shift = computed(from_double<T>(random.normal()));
          std::vector<T> x;
          std::vector<C> e;
          for (std::size_t i = 0; i < n; ++i) {
            const bool is_odd = share == odd::all || (share == odd::one && i == marked) ||
                                (share == odd::few && random.below(40) == 0);
            const double t = -(is_odd ? reach : 3) * random.uniform();
            const bool masked = is_odd && random.below(4) == 0;
            x.push_back(stored<T>(masked ? -std::numeric_limits<C>::infinity()
                                         : std::min(static_cast<C>(t) + shift, shift)));
            e.push_back(exponential(computed(x.back()) - shift));
          }
          const auto divisor = static_cast<C>(1 + random.uniform() * static_cast<double>(10 * n));
          compare(x, shift, divisor, quotients<T>(e, divisor));
        }
  compare.expect_rows(14 * 4 * 4 * 3, false);
}

TEST(guarded_division, of_softmax_is_plain_division) {
  check_softmax<double>();
  check_softmax<float>();
  check_softmax<fp16>();
  check_softmax<bf16>();
}

/// One row, or several at a time, which ask sooner whether two operations do.
template <element T>
void check_rows() {
  using C = compute_t<T>;
  tally right;
  splitmix64 random(3 * sizeof(T));
  struct shape_of_rows {
    std::size_t rows;
    std::size_t n;
  };
  for (const auto& [rows, n] : {shape_of_rows{1, 511},
                                {1, 2047},
                                {1, 2048},
                                {1, 5000},
                                {2, 511},
                                {3, 512},
                                {5, 1029},
                                {17, 600},
                                {4, 2047},
                                {3, 2300}})
    for (const odd share : every_share) {
      std::vector<T> x;
      for (std::size_t r = 0; r < rows; ++r) {
        const int exponent = std::same_as<T, fp16> ? 0 : 8 * static_cast<int>(random.below(5)) - 16;
        const auto row = draw_row<T>(n, std::ldexp(1.0, exponent), share, random);
        x.insert(x.end(), row.begin(), row.end());
      }
      for (const operation op : {operation::rmsnorm, operation::softmax}) {
        std::vector<T> expected;
        for (std::size_t r = 0; r < rows; ++r) {
          const auto row =
              evaluate<T>(op, std::span<const T>(x).subspan(r * n, n), pairwise_sum<C>);
          expected.insert(expected.end(), row.begin(), row.end());
        }
        std::vector<T> y(x.size());
        for_each_kernel_of<T>([&](const kernel& k, const kernel_function<T>& function) {
          if (k.operation != op || k.method != method::pairwise) return;
          function.reduce(x.data(), rows, n, y.data(), default_eps);
          right.check(same<T>(y, expected), [&, rows = rows, n = n] {
            return label(k) + ", " + std::to_string(rows) + " rows of " + std::to_string(n) +
                   ", share " + std::to_string(static_cast<int>(share));
          });
        });
      }
    }
  EXPECT_EQ(right.compared(), 10U * 4U * 2U * exact_isas());
}

TEST(guarded_division, of_whole_rows_is_plain_division) {
  check_rows<double>();
  check_rows<float>();
  check_rows<fp16>();
  check_rows<bf16>();
}

}  // namespace
}  // namespace permdelta::test

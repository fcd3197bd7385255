/// The exponential behind softmax, on every instruction set and in every place, against MPFR.
///
/// It is had from `sum_part`: where all other elements are -infinity, a sum of exponentials is one.
/// The errors are in units of the last place at the exact e^t, which below 2^min_exponent is the
/// spacing of subnormals.

#include <gtest/gtest.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "kernels/parts.hpp"
#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <class C>
constexpr C infinity = std::numeric_limits<C>::infinity();
template <class C>
constexpr C smallest_normal = std::numeric_limits<C>::min();

/// From here on down e^t is 0.
template <class C>
constexpr C nothing_below = std::same_as<C, double> ? C{-746} : C{-104};

constexpr std::size_t most = 67;  // four registers of floats and a tail, by the widest

/// e^t as a kernel has it, at `place` of n.
template <element T>
[[nodiscard]] compute_t<T> one_exponential(const kernel& k, const kernel_function<T>& function, T t,
                                           std::size_t place, std::size_t n) {
  static std::vector<T> x(most, stored<T>(-infinity<compute_t<T>>));
  x[place] = t;
  partial_sum<compute_t<T>> sum{};
  sum_part<T>(function, terms::exponentials, std::span<const T>(x).first(n), 0, sum);
  x[place] = stored<T>(-infinity<compute_t<T>>);
  return k.method == method::exact ? round_to<compute_t<T>>(sum.exactly) : sum.value;
}

template <element T>
struct typed_kernel {
  const kernel* which;
  kernel_function<T> function;
};

/// The kernels that add exponentials: of one operation, as all have the same.
template <element T>
[[nodiscard]] const std::vector<typed_kernel<T>>& summing_kernels() {
  static const auto found = [] {
    std::vector<typed_kernel<T>> all;
    for_each_kernel_of<T>([&](const kernel& k, const kernel_function<T>& function) {
      if (k.operation == operation::softmax) all.push_back({&k, function});
    });
    return all;
  }();
  return found;
}

/// MPFR's e^t.
class witness {
 public:
  witness() { mpfr_init2(value_, 160); }
  witness(const witness&) = delete;
  witness& operator=(const witness&) = delete;
  ~witness() { mpfr_clear(value_); }

  template <class C>
  [[nodiscard]] double error_of(C y, C t) {
    mpfr_set_d(value_, static_cast<double>(t), MPFR_RNDN);
    mpfr_exp(value_, value_, MPFR_RNDN);
    const long exponent = std::max<long>(mpfr_get_exp(value_) - 1, format_of<C>.min_exponent);
    mpfr_sub_d(value_, value_, static_cast<double>(y), MPFR_RNDN);
    mpfr_mul_2si(value_, value_, format_of<C>.digits - 1 - exponent, MPFR_RNDN);
    return std::abs(mpfr_get_d(value_, MPFR_RNDN));
  }

 private:
  mpfr_t value_;
};

/// t and `reach` neighbours on either side, as far as they are below 0.
template <class C>
void add_around(C t, int reach, std::vector<C>& all) {
  const std::uint64_t bits = bits_of(t);
  for (int i = -reach; i <= reach; ++i)
    if (const C near = from_bits<C>(bits + static_cast<std::uint64_t>(i)); near <= 0)
      all.push_back(near);
}

/// Every exponent that t can have; both sides of where k changes; where the result ceases to be
/// normal, the subnormal ones, where it ceases to be anything; and all over the range. Ascending.
template <class C>
[[nodiscard]] std::vector<C> arguments() {
  constexpr format f = format_of<C>;
  const int lowest = f.min_exponent - f.digits + 1;
  const double ln2 = std::log(2.0);
  const auto edge = static_cast<double>(nothing_below<C>);
  splitmix64 random(static_cast<std::uint64_t>(f.digits));
  std::vector<C> all;
  const auto add = [&](double t) { all.push_back(static_cast<C>(t)); };
  const int each = std::same_as<C, double> ? 60 : 400;
  for (int exponent = lowest; std::ldexp(1.0, exponent) < -edge; ++exponent)
    for (int i = 0; i < each; ++i) add(std::max(-std::ldexp(1 + random.uniform(), exponent), edge));
  for (int half = 1; half * ln2 / 2 < -edge; ++half) {
    add_around(static_cast<C>(-half * ln2 / 2), 10, all);
    for (int i = 0; i < 10; ++i) add(-half * ln2 / 2 * (1 + 1e-4 * (random.uniform() - 0.5)));
  }
  for (const int exponent : {f.min_exponent + 1, f.min_exponent, lowest, lowest - 1})
    add_around(static_cast<C>(exponent * ln2), 1000, all);
  for (int i = 0; i < 30000; ++i) {
    add(ln2 * (f.min_exponent - (f.digits + 1) * random.uniform()));
    add(edge * random.uniform());
  }
  // Of all floats, the one with the largest error.
  if constexpr (std::same_as<C, float>) add_around(-0x1.e53286p5F, 10, all);
  std::ranges::sort(all);
  return all;
}

/// Asks of `function(t)` what is claimed, and that it does not fall; tells the largest error.
template <class C, class Function>
[[nodiscard]] double check_errors(const std::vector<C>& all, tally& right,
                                  const Function& function) {
  witness exact;
  double largest_error = 0;
  C before = 0;
  for (const C t : all) {
    const C y = function(t);
    const double error = exact.error_of(y, t);
    largest_error = std::max(largest_error, error);
    right.check(error <= 1 && before <= y && y <= 1 && !std::signbit(y), [&] {
      return "e^" + show(t) + " is not " + show(y) + ", which is " + std::to_string(error) +
             " units off, after " + show(before);
    });
    before = y;
  }
  return largest_error;
}

/// All kernels, each with another place and number of elements for each t.
template <class C>
void check_kernels() {
  const auto all = arguments<C>();
  ASSERT_GE(all.size(), 100'000U);
  tally right;
  tally agreed;
  std::size_t subnormal = 0;
  splitmix64 random(4);
  const double largest_error = check_errors(all, right, [&](C t) {
    const C y = exponential(t);
    subnormal += y > 0 && y < smallest_normal<C>;
    for (const auto& each : summing_kernels<C>()) {
      const kernel& k = *each.which;
      const std::size_t n = 1 + random.below(most);
      const std::size_t place = random.below(n);
      const C other = one_exponential<C>(k, each.function, t, place, n);
      agreed.check(same(other, y), [&] {
        return label(k) + ", at " + std::to_string(place) + " of " + std::to_string(n) + ": e^" +
               show(t) + " is " + show(other) + ", by definition " + show(y);
      });
    }
    return y;
  });
  EXPECT_EQ(right.compared(), all.size());
  EXPECT_GE(agreed.compared(), 5 * all.size());
  EXPECT_GE(subnormal, 10'000U);
  const double expected = std::same_as<C, float> ? 0.88 : 0.8;
  EXPECT_GT(largest_error, expected);
  std::printf("largest error of e^t: %.4f units\n", largest_error);
}

TEST(exponential, is_within_a_unit_of_mpfr_fp64) {
  check_kernels<double>();
}
TEST(exponential, is_within_a_unit_of_mpfr_fp32) {
  check_kernels<float>();
}

/// A stride through all floats; std::exp of a double is right to some 2^-52 and good enough.
TEST(exponential, is_within_what_exponential_hpp_says_for_all_floats) {
  constexpr double stated = 0.8815;  // "0.881"
  tally right;
  double largest_error = 0;
  const std::uint64_t last = bits_of(nothing_below<float>);
  for (const auto& each : summing_kernels<float>()) {
    const kernel& k = *each.which;
    if (k.method != method::lane_split) continue;
    for (std::uint64_t bits = sign_bit<float>; bits <= last; bits += 997) {
      const auto t = from_bits<float>(bits);
      const float y = one_exponential<float>(k, each.function, t, bits % most, most);
      const double exact = std::exp(static_cast<double>(t));
      const int exponent = std::max(std::ilogb(exact), -126);
      const double error =
          std::abs(static_cast<double>(y) - exact) * std::ldexp(1.0, 23 - exponent);
      if (exact >= 0x1p-126) largest_error = std::max(largest_error, error);
      right.check(error <= (exact < 0x1p-126 ? 1 : stated) && y <= 1, [&] {
        return label(k) + ": e^" + show(t) + " is not " + show(y) + ", " + std::to_string(error) +
               " units off";
      });
    }
  }
  EXPECT_GE(right.compared(), 1'100'000U);
  EXPECT_GT(largest_error, 0.8);
}

/// In every place of rows of every length that has another tail, for elements of every type; and
/// from `divide_exponentials`, divided by 1.
template <element T>
void check_places() {
  using C = compute_t<T>;
  std::vector<T> values;
  for (const double t : {-0.0, 0.0, -0x1p-30, -0.25, -0.3466, -1.0, -17.5, -86.0, -87.5, -103.0,
                         -103.97, -105.0, -708.5, -744.0, -745.13, -745.14, -1e4})
    values.push_back(stored<T>(static_cast<C>(t)));
  tally agreed;
  for (const auto& each : summing_kernels<T>()) {
    const kernel& k = *each.which;
    for (std::size_t n = 1; n <= most; ++n) {
      for (std::size_t place = 0; place < n; ++place)
        for (const T t : values) {
          const C y = one_exponential<T>(k, each.function, t, place, n);
          agreed.check(same(y, exponential(computed(t))), [&] {
            return label(k) + ", at " + std::to_string(place) + " of " + std::to_string(n) +
                   ": e^" + show(t) + " is not " + show(y);
          });
        }
      std::vector<T> x;
      for (std::size_t i = 0; i < n; ++i) x.push_back(values[(i + n) % values.size()]);
      std::vector<T> y(n);
      const C shift = 0;
      const C divisor = 1;
      each.function.row->divide_exponentials(x.data(), 1, n, &shift, &divisor, false, y.data());
      for (std::size_t i = 0; i < n; ++i)
        agreed.check(same(y[i], stored<T>(exponential(computed(x[i])))), [&] {
          return label(k) + ", divided by 1 at " + std::to_string(i) + " of " + std::to_string(n) +
                 ": e^" + show(x[i]) + " is not " + show(y[i]);
        });
    }
  }
  EXPECT_GE(agreed.compared(), 5U * most * most / 2 * values.size());
}

TEST(exponential, has_the_same_bits_in_every_place) {
  check_places<double>();
  check_places<float>();
  check_places<fp16>();
  check_places<bf16>();
}

template <class C>
void check_special_values() {
  constexpr C nan = std::numeric_limits<C>::quiet_NaN();
  tally right;
  for (const auto& each : summing_kernels<C>()) {
    const kernel& k = *each.which;
    const auto expect = [&](C t, C expected) {
      for (std::size_t n = 1; n <= most; ++n) {
        const C y = one_exponential<C>(k, each.function, t, n / 2, n);
        right.check(same(y, expected), [&] {
          return label(k) + ", n = " + std::to_string(n) + ": e^" + show(t) + " is not " + show(y);
        });
      }
    };
    for (const C zero : {C{0}, C{-0.0}, -smallest_normal<C>, -static_cast<C>(unit_roundoff<C> / 2)})
      expect(zero, 1);
    for (const C low :
         {nothing_below<C>, std::nextafter(nothing_below<C>, -infinity<C>), C{2} * nothing_below<C>,
          C{-0x1p100}, std::numeric_limits<C>::lowest(), -infinity<C>})
      expect(low, 0);
    for (const C none : {nan, -nan}) expect(none, nan);
  }
  EXPECT_GE(right.compared(), 12U * 5U * most);
}

TEST(exponential, is_one_of_zero_and_nothing_of_infinity) {
  check_special_values<double>();
  check_special_values<float>();
}

/// What makes an exponential wrong in a way that is easy to overlook.
template <class C>
void check_the_checker() {
  const auto all = arguments<C>();
  const auto refused = [&](const auto& wrong) {
    witness exact;
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.size(); i += 7) {
      const C y = wrong(all[i]);
      count += !(exact.error_of(y, all[i]) <= 1) || y > 1;
    }
    return count;
  };
  splitmix64 random(1);
  const auto right = [](C t) { return exponential(t); };
  const auto at_times_one_off = [&](C t) {
    const C y = exponential(t);
    if (random.below(100) != 0) return y;
    return std::nextafter(y, random.below(2) != 0 ? C{2} : C{-1});
  };
  const auto without_ln2_low = [](C t) {
    const double ln2_low = std::same_as<C, double> ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cp-20;
    const double k = std::nearbyint(static_cast<double>(t) / std::log(2.0));
    return static_cast<C>(std::exp(static_cast<double>(t) + k * ln2_low));
  };
  const auto without_subnormals = [](C t) {
    const C y = exponential(t);
    return y < smallest_normal<C> ? C{0} : y;
  };
  const auto zero_too_soon = [](C t) {
    return t < nothing_below<C> + C{2} ? C{0} : exponential(t);
  };
  const auto one_off_always = [](C t) { return std::nextafter(exponential(t), C{2}); };
  EXPECT_EQ(refused(right), 0U);
  EXPECT_GE(refused(at_times_one_off), 50U);
  EXPECT_GE(refused(without_ln2_low), 2000U);
  EXPECT_GE(refused(without_subnormals), 2000U);
  EXPECT_GE(refused(zero_too_soon), 50U);
  EXPECT_GE(refused(one_off_always), 2000U);
}

TEST(exponential, a_wrong_one_is_refused) {
  check_the_checker<double>();
  check_the_checker<float>();
}

}  // namespace
}  // namespace permdelta::test

/// Halves and bfloats in and out: the conversions themselves, then the same through the kernels'
/// own loads and stores. The reference is the format's definition (values.hpp); for float to half
/// it is a walk along the number line, which holds no rounding arithmetic at all.

#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::uint32_t all_halves = 65536;

[[nodiscard]] fp16 half(std::uint32_t bits) {
  return fp16{static_cast<std::uint16_t>(bits)};
}

[[nodiscard]] fp16 narrow(float value) {
  return from_double<fp16>(static_cast<double>(value));
}

/// Steps through the halves from +0 upwards: the half nearest to magnitudes that come in ascending
/// order, a tie going to the even encoding. 0x7c00 stands for 2^16, where infinity begins.
class number_line {
 public:
  [[nodiscard]] std::uint32_t nearest(double magnitude) {
    while (bits_ < 0x7c00 && (magnitude > middle_ || (magnitude == middle_ && bits_ % 2 == 1)))
      advance();
    return bits_;
  }

 private:
  static double value(std::uint32_t bits) { return bits == 0x7c00 ? 0x1p16 : value_of(half(bits)); }
  void advance() {
    ++bits_;
    middle_ = (value(bits_) + value(std::min(bits_ + 1, std::uint32_t{0x7c00}))) / 2;
  }
  std::uint32_t bits_ = 0;
  double middle_ = 0x1p-25;
};

TEST(conversion, widen_is_exact_and_narrow_returns) {
  tally compared;
  for (std::uint32_t bits = 0; bits < all_halves; ++bits) {
    const fp16 h = half(bits);
    const float wide = widen(h);
    if (is_nan(h)) {
      // The payload stays at the top of the fraction, the quiet bit is set.
      const std::uint64_t expected =
          (std::uint64_t{bits & 0x8000} << 16) | 0x7fc00000U | (std::uint64_t{bits & 0x3ff} << 13);
      compared.check(bits_of(wide) == expected, [&] { return "widen " + show(h); });
      compared.check(narrow(wide) == half(bits | 0x200), [&] { return "narrow " + show(h); });
      continue;
    }
    const auto value = static_cast<float>(value_of(h));
    compared.check(bits_of(wide) == bits_of(value), [&] { return "widen " + show(h); });
    compared.check(narrow(wide) == h, [&] { return "narrow " + show(h); });
    compared.check(from_double<fp16>(value_of(h)) == h, [&] { return "from_double " + show(h); });
    compared.check(nearest_short<fp16>(value_of(h)) == h, [&] { return "test's own " + show(h); });
  }
  EXPECT_EQ(compared.compared(), 2 * all_halves + 2 * (all_halves - 2 * 1023));
}

/// Narrows floats of ascending magnitude, both signs.
template <class Next>
void check_narrow(std::uint64_t expected_count, const Next& next) {
  tally compared;
  number_line line;
  for (std::uint32_t bits = 0; bits <= 0x7f800000U; bits = next(bits)) {
    const auto value = std::bit_cast<float>(bits);
    const std::uint32_t expected = line.nearest(static_cast<double>(value));
    compared.check(narrow(value).bits == expected && narrow(-value).bits == (expected | 0x8000),
                   [&] { return show(value) + " to " + show(narrow(value)); });
  }
  EXPECT_GE(compared.compared(), expected_count);
}

/// All signs, exponents and the ten fraction bits that a half keeps, with the bits that it drops
/// at, next to and between the midpoints.
TEST(conversion, narrow_at_every_midpoint) {
  constexpr std::array<std::uint32_t, 12> dropped{0,     1,      2,      0x7ff,  0x800,  0xaaa,
                                                  0xfff, 0x1000, 0x1001, 0x1555, 0x1ffe, 0x1fff};
  std::size_t i = 0;
  check_narrow(12U * (255U << 10), [&](std::uint32_t bits) {
    i = (i + 1) % dropped.size();
    return (i == 0 ? (bits | 0x1fffU) + 1 : (bits & ~0x1fffU) | dropped[i]);
  });
}

/// All 2^32 floats.
TEST(conversion, narrow_everything) {
  check_narrow(0x7f800001U, [](std::uint32_t bits) { return bits + 1; });
}

TEST(conversion, narrow_keeps_nans) {
  for (const std::uint32_t payload : {1U, 0x1fffU, 0x2000U, 0x200000U, 0x400000U, 0x7fffffU})
    for (const std::uint32_t sign : {0U, 0x80000000U}) {
      const fp16 h = narrow(std::bit_cast<float>(sign | 0x7f800000U | payload));
      EXPECT_EQ(h.bits, (sign >> 16) | 0x7e00U | (payload >> 13)) << std::hex << payload;
    }
}

/// Double to a format of 16 bits rounds once: next to a midpoint by less than a float can tell.
template <element T>
void check_from_double() {
  constexpr auto infinite = static_cast<std::uint32_t>(infinity_bits<T>);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  tally compared;
  for (std::uint32_t bits = 0; bits < infinite; ++bits) {
    const double value = value_of(from_bits<T>(bits));
    const double above = bits + 1 == infinite ? std::ldexp(1.0, format_of<T>.max_exponent + 1)
                                              : value_of(from_bits<T>(bits + 1));
    const double middle = (value + above) / 2;
    const double little = std::ldexp(middle, -30);
    const auto check = [&](double x, std::uint32_t expected) {
      compared.check(from_double<T>(x) == from_bits<T>(expected) &&
                         from_double<T>(-x) == from_bits<T>(expected | 0x8000),
                     [&] { return show(x) + " to " + show(from_double<T>(x)); });
    };
    check(value, bits);
    check(middle, bits + bits % 2);
    check(middle + little, bits + 1);
    check(middle - little, bits);
    check(std::nextafter(middle, infinity), bits + 1);
    check(std::nextafter(middle, 0.0), bits);
  }
  EXPECT_EQ(compared.compared(), 6U * infinite);
  EXPECT_EQ(from_double<T>(infinity), from_bits<T>(infinite));
  EXPECT_EQ(from_double<T>(-infinity), from_bits<T>(infinite | 0x8000));
  EXPECT_EQ(from_double<T>(std::numeric_limits<double>::max()), from_bits<T>(infinite));
  EXPECT_EQ(from_double<T>(std::numeric_limits<double>::denorm_min()), from_bits<T>(0));
  EXPECT_EQ(from_double<T>(-std::numeric_limits<double>::denorm_min()), from_bits<T>(0x8000));
  EXPECT_TRUE(is_nan(from_double<T>(std::numeric_limits<double>::quiet_NaN())));
}

TEST(conversion, from_double_rounds_once) {
  check_from_double<fp16>();
}

TEST(conversion, from_double_rounds_once_to_bfloat) {
  check_from_double<bf16>();
}

/// All bfloats, out and back. A NaN comes back as one, and quiet.
TEST(conversion, widen_is_exact_and_from_double_returns_bfloats) {
  constexpr std::uint32_t quiet = 0x40;
  tally compared;
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const auto b = from_bits<bf16>(bits);
    const float wide = widen(b);
    if (is_nan(b)) {
      compared.check(bits_of(wide) == std::uint64_t{bits | quiet} << 16,
                     [&] { return "widen " + show(b); });
      compared.check(std::isnan(to_double(b)), [&] { return "to_double " + show(b); });
      const bf16 back = from_double<bf16>(to_double(b));
      compared.check(is_nan(back) && (back.bits & quiet) != 0,
                     [&] { return show(b) + " returned as " + show(back); });
      continue;
    }
    compared.check(bits_of(wide) == std::uint64_t{bits} << 16, [&] { return "widen " + show(b); });
    compared.check(bits_of(to_double(b)) == bits_of(value_of(b)),
                   [&] { return "to_double " + show(b); });
    compared.check(from_double<bf16>(to_double(b)) == b, [&] {
      return show(b) + " returned as " + show(from_double<bf16>(to_double(b)));
    });
  }
  EXPECT_EQ(compared.compared(), 3U * 65536U);
}

/// NaNs whose payload lies where a bfloat has no bits, and numbers of every exponent by MPFR.
TEST(conversion, from_double_to_bfloat_as_mpfr) {
  for (const std::uint64_t payload :
       {std::uint64_t{1}, std::uint64_t{1} << 28, std::uint64_t{1} << 44, std::uint64_t{1} << 51})
    for (const std::uint64_t sign : {std::uint64_t{0}, sign_bit<double>}) {
      const auto back =
          from_double<bf16>(from_bits<double>(sign | infinity_bits<double> | payload));
      EXPECT_TRUE(is_nan(back) && (back.bits & 0x40) != 0) << payload << ": " << show(back);
    }
  tally compared;
  splitmix64 random(1);
  for (int exponent = -1074; exponent <= 1023; ++exponent)
    for (int i = 0; i < (exponent >= -140 && exponent <= 130 ? 100 : 1); ++i) {
      const double value = random.sign() * std::ldexp(1.0 + random.uniform(), exponent);
      const auto expected = nearest<bf16>(real(value));
      compared.check(from_double<bf16>(value) == expected, [&] {
        return show(value) + " to " + show(from_double<bf16>(value)) + ", not " + show(expected);
      });
    }
  EXPECT_GE(compared.compared(), 27000U);
}

/// Every element comes back from sum and mean, wherever in a register or block it lies. The rest is
/// -0, which changes nothing. An infinity may be a NaN for kahan (special_value_test.cpp).
template <element T>
void check_every_element() {
  tally compared;
  for_each_kernel_of<T>([&](const kernel& k, auto function) {
    if (is_elementwise(k.operation)) return;
    for (const std::size_t n : {1U, 32U, 67U}) {
      if (k.operation == operation::mean && n != 1) continue;
      std::vector<T> x(n, from_bits<T>(0x8000));
      for (std::uint32_t bits = 0; bits < all_halves; ++bits) {
        const std::size_t at = bits % n;
        x[at] = from_bits<T>(bits);
        T y{};
        function(x.data(), n, &y);
        const bool infinite = std::isinf(value_of(x[at]));
        compared.check(same(y, x[at]) || (infinite && k.method == method::kahan && is_nan(y)), [&] {
          return label(k) + " of " + show(x[at]) + " at " + std::to_string(at);
        });
        x[at] = from_bits<T>(0x8000);
      }
    }
  });
  EXPECT_GE(compared.compared(), 4U * 4U * all_halves);
}

TEST(conversion, every_half_through_every_kernel) {
  check_every_element<fp16>();
}
TEST(conversion, every_bfloat_through_every_kernel) {
  check_every_element<bf16>();
}

/// The stores of what normalises: with outliers that cancel in the mean, the quotients of all other
/// elements run through normal and subnormal numbers and their midpoints.
template <element T>
void check_stores() {
  constexpr auto infinite = static_cast<std::uint32_t>(infinity_bits<T>);
  tally compared;
  for (const double outlier : {0.0, 1.0, 1000.0, 60000.0}) {
    std::vector<T> x;
    for (std::uint32_t bits = 0; bits < infinite; bits += outlier == 0.0 ? 1 : 3) {
      if (value_of(from_bits<T>(bits)) > (outlier == 0.0 ? 0x1p60 : outlier)) break;
      x.push_back(from_bits<T>(bits));
      x.push_back(from_bits<T>(bits | 0x8000));
      if (outlier == 0.0) continue;
      x.push_back(nearest_short<T>(outlier));
      x.push_back(nearest_short<T>(-outlier));
    }
    for_each_kernel_of<T>([&](const kernel& k, auto function) {
      if ((k.operation != operation::layernorm && k.operation != operation::rmsnorm) ||
          k.method == method::kahan)
        return;
      const auto expected = evaluate<T>(k.operation, x, [&](std::span<const float> v) {
        return fixed_order_sum(k.method, k.lanes, v);
      });
      const auto y = run<T>(function, k.operation, x);
      for (std::size_t i = 0; i < y.size(); ++i)
        compared.check(same(y[i], expected[i]), [&] {
          return label(k) + " outlier " + std::to_string(outlier) + ", element " + show(x[i]) +
                 ": " + show(y[i]) + ", not " + show(expected[i]);
        });
    });
  }
  EXPECT_GE(compared.compared(), 2U * 3U * 2U * 0x5c00U);
}

TEST(conversion, quotients_are_stored_rounded_as_halves) {
  check_stores<fp16>();
}
TEST(conversion, quotients_are_stored_rounded_as_bfloats) {
  check_stores<bf16>();
}

/// The one rounding of a sum of halves, at the largest half's midpoint to infinity and at ties.
TEST(conversion, a_sum_is_rounded_to_half_once) {
  tally compared;
  for_each_kernel_of<fp16>([&](const kernel& k, auto function) {
    if (k.operation != operation::sum) return;
    const auto check = [&](const std::vector<double>& values, double expected) {
      std::vector<fp16> x;
      for (const double value : values) x.push_back(nearest_short<fp16>(value));
      const auto y = run<fp16>(function, k.operation, x);
      compared.check(value_of(y[0]) == expected,
                     [&] { return label(k) + ": " + show(y[0]) + ", not " + show(expected); });
    };
    check({65504, 15.9921875}, 65504);
    check({65504, 16}, std::numeric_limits<double>::infinity());
    check({-65504, -16}, -std::numeric_limits<double>::infinity());
    check({65504, 65504, -65504}, 65504);
    check({2048, 1}, 2048);
    check({2048, 1, 0x1p-11}, 2050);
    check({2050, 1}, 2052);
    check({1, 0x1p-11, 0x1p-23}, 1 + 0x1p-10);
    check({1, 0x1p-11, -0x1p-23}, 1);
  });
  EXPECT_GE(compared.compared(), 4U * 9U);
}

}  // namespace
}  // namespace permdelta::test

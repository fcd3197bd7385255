/// What the functions of permdelta.hpp add to the kernels behind them: defaults, conversions at the
/// call, results of nothing.

#include <array>
#include <concepts>

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/permdelta_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

static_assert(noexcept(permdelta::sum(std::span<const double>())));
static_assert(noexcept(permdelta::sum(std::span<const float>())));
static_assert(noexcept(permdelta::sum(std::span<const fp16>())));
static_assert(noexcept(permdelta::sum(std::span<const bf16>())));
static_assert(noexcept(permdelta::mean(std::span<const double>())));
static_assert(noexcept(permdelta::mean(std::span<const float>())));
static_assert(noexcept(permdelta::mean(std::span<const fp16>())));
static_assert(noexcept(permdelta::mean(std::span<const bf16>())));

/// What the other methods lose.
TEST(permdelta, is_exact_by_default) {
  for_each_type([]<element T>() {
    const T big = from_double<T>(std::same_as<T, double> ? 0x1p60 : 0x1p15);
    const T tiny = from_double<T>(0x1p-20);
    const std::vector<T> x{big, tiny, opposite(big), T{}};
    EXPECT_EQ(bits_of(permdelta::sum(x)), bits_of(tiny));
    EXPECT_EQ(bits_of(permdelta::mean(x)), bits_of(from_double<T>(0x1p-22)));
    EXPECT_NE(bits_of(permdelta::sum(x, method::sequential)), bits_of(tiny));
    EXPECT_NE(bits_of(permdelta::mean(x, method::sequential)), bits_of(from_double<T>(0x1p-22)));

    const auto drawn = make_input<T>(shape::normal, 1000, 3);
    std::vector<T> y(drawn.size());
    permdelta::layernorm(drawn, y);
    EXPECT_TRUE(same_bits<T>(y, run_best<T>(operation::layernorm, drawn, method::exact, 1e-6)));
    permdelta::layernorm(drawn, y, 0.5);
    EXPECT_TRUE(same_bits<T>(y, run_best<T>(operation::layernorm, drawn, method::exact, 0.5)));
    permdelta::rmsnorm(drawn, y);
    EXPECT_TRUE(same_bits<T>(y, run_best<T>(operation::rmsnorm, drawn, method::exact, 1e-6)));
    permdelta::softmax(drawn, y);
    EXPECT_TRUE(same_bits<T>(y, run_best<T>(operation::softmax, drawn, method::exact)));
  });
}

TEST(permdelta, takes_what_a_span_takes) {
  for_each_type([]<element T>() {
    const std::vector<T> x = make_input<T>(shape::normal, 5, 4);
    std::vector<T> variable = x;
    std::array<T, 5> array{};
    T c_array[5] = {};
    std::copy(x.begin(), x.end(), array.begin());
    std::copy(x.begin(), x.end(), c_array);
    const std::span<T> view = variable;
    const std::span<const T, 5> fixed = array;

    const auto total = bits_of(permdelta::sum(x));
    EXPECT_EQ(bits_of(permdelta::sum(variable)), total);
    EXPECT_EQ(bits_of(permdelta::sum(array)), total);
    EXPECT_EQ(bits_of(permdelta::sum(c_array)), total);
    EXPECT_EQ(bits_of(permdelta::sum(view)), total);
    EXPECT_EQ(bits_of(permdelta::sum(fixed)), total);
    EXPECT_EQ(bits_of(permdelta::sum({c_array, 5}, method::exact)), total);
    const auto average = bits_of(permdelta::mean(x));
    EXPECT_EQ(bits_of(permdelta::mean(variable)), average);
    EXPECT_EQ(bits_of(permdelta::mean(array)), average);
    EXPECT_EQ(bits_of(permdelta::mean(c_array)), average);
    EXPECT_EQ(bits_of(permdelta::mean(view)), average);
    EXPECT_EQ(bits_of(permdelta::mean(fixed)), average);

    std::vector<T> y(5);
    std::array<T, 5> y_array{};
    T y_c_array[5] = {};
    permdelta::layernorm(array, y);
    permdelta::layernorm(c_array, y_array);
    permdelta::layernorm(view, y_c_array);
    EXPECT_TRUE(same_bits<T>(y, run_best<T>(operation::layernorm, x, method::exact)));
    EXPECT_TRUE(same_bits<T>(y_array, y));
    EXPECT_TRUE(same_bits<T>(y_c_array, y));
  });
}

TEST(permdelta, of_nothing) {
  std::size_t checked = 0;
  for_each_type([&]<element T>() {
    const std::vector<T> none;
    for (const method m : methods) {
      EXPECT_EQ(bits_of(permdelta::sum(none, m)), 0U);
      EXPECT_TRUE(is_nan(permdelta::mean(none, m)));
      // Nothing overlaps nothing, not even at the same address.
      EXPECT_NO_THROW(permdelta::layernorm(std::span<const T>(), std::span<T>(), 0.0, m));
      T one{};
      const std::span<T> empty(&one, 0);
      EXPECT_NO_THROW(permdelta::layernorm(empty, empty, 0.0, m));
      EXPECT_NO_THROW(permdelta::rmsnorm(empty, empty, 0.0, m));
      EXPECT_NO_THROW(permdelta::softmax(empty, empty, m));
      ++checked;
    }
  });
  EXPECT_EQ(checked, 20U);
}

}  // namespace
}  // namespace permdelta::test

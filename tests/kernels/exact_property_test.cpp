/// `exact` against mpfr_sum on millions of inputs that are new each time.
///
/// They follow from a seed, which each test prints and says with every failure:
///   PERMDELTA_SEED=... kernels_test --gtest_filter='exact_property.*'
/// brings them back.

#include <cfenv>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

// What is not optimised, or watched by a sanitizer, is twenty times as slow.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
constexpr std::size_t share = 1;
#else
constexpr std::size_t share = 25;
#endif

[[nodiscard]] std::uint64_t announced_seed() {
  static const std::uint64_t seed = [] {
    if (const char* text = std::getenv("PERMDELTA_SEED")) return std::strtoull(text, nullptr, 0);
    std::random_device device;
    return (1ULL * device() << 32) | device();
  }();
  testing::Test::RecordProperty("seed", std::to_string(seed));
  std::printf("PERMDELTA_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

/// Draws inputs, each from a seed of its own, so that one is the same without those before it.
template <element T, class Visit>
void for_each_input(std::size_t count, const Visit& visit) {
  const std::uint64_t seed = announced_seed();
  std::vector<T> x;
  for (std::size_t i = 0; i < count; ++i) {
    splitmix64 random(seed ^ splitmix64(i * 3 + sizeof(T))());
    draw_input(x, random);
    visit(std::span<const T>(x), random, [&](const kernel& k) {
      return label(k) + " seed " + std::to_string(seed) + " input " + std::to_string(i) + ", " +
             show(std::span<const T>(x));
    });
  }
}

/// Compares sums and means, each of which is made by call(function, x, random).
template <element T, class Call>
void check(std::size_t count, const Call& call) {
  tally agreed;
  for_each_input<T>(count, [&](std::span<const T> x, splitmix64& random, const auto& where) {
    const exact_results<T> expected(x);
    for (const operation op : {operation::sum, operation::mean})
      for (const auto& [which, function] : exact_kernels<T>(op)) {
        const T y = call(function, x, random);
        const kernel& k = *which;
        agreed.check(same(y, expected.of(op)),
                     [&] { return where(k) + ": " + show(y) + ", not " + show(expected.of(op)); });
      }
  });
  EXPECT_EQ(agreed.compared(), 2 * count * exact_isas());
}

struct plainly {
  template <element T>
  T operator()(kernel_function<T> function, std::span<const T> x, splitmix64&) const {
    T y{};
    function(x.data(), x.size(), &y);
    return y;
  }
};

/// With some of the flags raised, or all, or none. They have to be what they were.
struct with_flags {
  template <element T>
  T operator()(kernel_function<T> function, std::span<const T> x, splitmix64& random) const {
    const std::uint64_t choice = random();
    const int flags = choice % 4 == 0   ? FE_ALL_EXCEPT
                      : choice % 4 == 1 ? FE_INEXACT
                                        : static_cast<int>(choice >> 32) & FE_ALL_EXCEPT;
    T y{};
    std::feclearexcept(FE_ALL_EXCEPT);
    std::feraiseexcept(flags);
    const int before = std::fetestexcept(FE_ALL_EXCEPT);
    function(x.data(), x.size(), &y);
    const int after = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(before & flags, flags);  // raising overflow may raise inexact
    EXPECT_EQ(after, before);
    return y;
  }
};

TEST(exact_property, is_mpfr_sum_fp64) {
  check<double>(1'000'000 / share, plainly{});
}
TEST(exact_property, is_mpfr_sum_fp32) {
  check<float>(1'000'000 / share, plainly{});
}
TEST(exact_property, is_mpfr_sum_fp16) {
  check<fp16>(500'000 / share, plainly{});
}
TEST(exact_property, is_mpfr_sum_bf16) {
  check<bf16>(500'000 / share, plainly{});
}

TEST(exact_property, is_mpfr_sum_without_the_flag) {
  const distrust no_flag;
  check<double>(100'000 / share, plainly{});
  check<float>(100'000 / share, plainly{});
  check<fp16>(50'000 / share, plainly{});
  check<bf16>(50'000 / share, plainly{});
}

TEST(exact_property, is_mpfr_sum_whatever_flags_are_raised) {
  check<double>(100'000 / share, with_flags{});
  check<float>(100'000 / share, with_flags{});
  check<fp16>(50'000 / share, with_flags{});
  check<bf16>(50'000 / share, with_flags{});
}

template <element T>
void check_definition(operation op, std::size_t count) {
  using C = compute_t<T>;
  tally agreed;
  for_each_input<T>(count, [&](std::span<const T> x, splitmix64&, const auto& where) {
    const auto expected =
        evaluate<T>(op, x, [](auto terms) { return exact_results<C>(terms).sum; });
    for (const auto& [which, function] : exact_kernels<T>(op)) {
      const kernel& k = *which;
      agreed.check(same<T>(run<T>(function, op, x), expected), [&] { return where(k); });
    }
  });
  EXPECT_EQ(agreed.compared(), count * exact_isas());
}

void check_definition(operation op) {
  check_definition<double>(op, 20'000 / share);
  check_definition<float>(op, 20'000 / share);
  check_definition<fp16>(op, 10'000 / share);
  check_definition<bf16>(op, 10'000 / share);
}

TEST(exact_property, layernorm_is_its_definition) {
  check_definition(operation::layernorm);
}
TEST(exact_property, rmsnorm_is_its_definition) {
  check_definition(operation::rmsnorm);
}
TEST(exact_property, softmax_is_its_definition) {
  check_definition(operation::softmax);
}

}  // namespace
}  // namespace permdelta::test

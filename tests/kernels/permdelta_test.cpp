/// The functions of permdelta.hpp against the catalog's kernels of the widest instruction set, bit
/// for bit; what they add to those: conversions at the call, defaults, arguments that are refused.

#include "kernels/permdelta.hpp"

#include <array>
#include <cfenv>
#include <stdexcept>
#include <thread>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::array methods{method::sequential, method::pairwise, method::kahan,
                             method::lane_split, method::exact};
constexpr std::array operations{operation::sum, operation::mean, operation::layernorm};
static_assert(methods.size() == names_of<method>.size());
static_assert(operations.size() == names_of<operation>.size());

static_assert(noexcept(permdelta::sum(std::span<const double>())));
static_assert(noexcept(permdelta::sum(std::span<const float>())));
static_assert(noexcept(permdelta::sum(std::span<const fp16>())));
static_assert(noexcept(permdelta::mean(std::span<const double>())));
static_assert(noexcept(permdelta::mean(std::span<const float>())));
static_assert(noexcept(permdelta::mean(std::span<const fp16>())));

/// Calls visit<T>() for all three types.
template <class Visit>
void for_each_type(const Visit& visit) {
  visit.template operator()<double>();
  visit.template operator()<float>();
  visit.template operator()<fp16>();
}

/// The function of an operation. What it wrote, as `run` of a kernel has it.
template <element T>
[[nodiscard]] std::vector<T> call(operation op, std::span<const T> x, method m,
                                  double eps = default_eps) {
  if (op == operation::sum) return {permdelta::sum(x, m)};
  if (op == operation::mean) return {permdelta::mean(x, m)};
  std::vector<T> y(x.size());
  permdelta::layernorm(x, std::span<T>(y), eps, m);
  return y;
}

template <element T>
[[nodiscard]] const kernel& best_kernel(operation op, method m) {
  const kernel* const k = find_kernel(op, m, type_of<T>, best_isa());
  if (k == nullptr) throw std::logic_error("not in the catalog");
  return *k;
}

template <element T>
[[nodiscard]] std::vector<T> run_best(operation op, std::span<const T> x, method m,
                                      double eps = default_eps) {
  const auto function = std::get<kernel_function<T>>(best_kernel<T>(op, m).run);
  std::vector<T> y(output_size(op, x.size()));
  function.reduce(x.data(), 1, x.size(), y.data(), eps);
  return y;
}

/// NaNs too: it is the same code.
template <element T>
[[nodiscard]] bool same_bits(std::span<const T> a, std::span<const T> b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](T x, T y) { return bits_of(x) == bits_of(y); });
}

[[nodiscard]] std::string label(operation op, method m, element_type type) {
  return std::string(name(op)) + "/" + std::string(name(m)) + "/" + std::string(name(type)) + " ";
}

/// NaN, infinities and an overflow.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> special_inputs() {
  const T infinity = from_bits<T>(infinity_bits<T>);
  const T nan = from_bits<T>(infinity_bits<T> | (infinity_bits<T> >> 1));
  const T most = from_bits<T>(infinity_bits<T> - 1);
  return {{},
          {infinity, T{}},
          {infinity, opposite(infinity)},
          {T{}, nan, most},
          {most, most, most},
          {most, most, opposite(most)}};
}

/// Numbers of all sizes and their negatives, shuffled, so that even floats lose what is left of
/// halves, each method its own part.
template <element T>
[[nodiscard]] std::vector<T> delicate_input(std::size_t n, std::uint64_t seed) {
  splitmix64 random(seed);
  std::vector<T> x;
  while (x.size() < n) {
    const T value = from_bits<T>(random.below(infinity_bits<T> / 16 * 15));
    x.push_back(value);
    if (x.size() < n && random.below(n) > 2) x.push_back(opposite(value));
  }
  for (std::size_t i = n; i > 1; --i) std::swap(x[i - 1], x[random.below(i)]);
  return x;
}

TEST(permdelta, is_the_best_kernel) {
  std::vector<std::size_t> some_sizes;
  for (std::size_t n = 0; n < 70; ++n) some_sizes.push_back(n);
  for (const std::size_t n : {127U, 128U, 129U, 255U, 257U, 1000U, 4095U, 4096U, 4097U, 16385U})
    some_sizes.push_back(n);
  tally agreed;
  for_each_type([&]<element T>() {
    const auto check = [&](std::span<const T> x, const std::string& what) {
      for (const operation op : operations)
        for (const method m : methods)
          agreed.check(same_bits<T>(call(op, x, m), run_best(op, x, m)),
                       [&] { return label(op, m, type_of<T>) + what; });
    };
    for (const auto& s : shapes)
      for (const std::size_t n : some_sizes)
        check(make_input<T>(s.kind, n, n + 5), describe(s.name, n, n + 5));
    for (const std::size_t n : some_sizes)
      check(delicate_input<T>(n, n), describe("delicate", n, n));
    for (const auto& x : special_inputs<T>()) check(x, "special " + std::to_string(x.size()));
  });
  EXPECT_EQ(agreed.compared(), 3U * 15U * ((shapes.size() + 1U) * 80U + 6U));
}

/// Another operation, method or eps would be noticed: somewhere it has other bits. But for halves:
/// the two best methods lose nothing of them, and their layernorm shows little of its mean.
TEST(permdelta_test, notices_another_kernel) {
  std::size_t pairs = 0;
  for_each_type([&]<element T>() {
    const auto differ = [](const auto& a, const auto& b) {
      for (const std::size_t n : {5U, 33U, 1000U, 4097U, 16385U})
        for (const auto& x : {make_input<T>(shape::normal, n, n + 5), delicate_input<T>(n, n)})
          if (!same_bits<T>(a(std::span<const T>(x)), b(std::span<const T>(x)))) return true;
      return false;
    };
    const auto precise = [](method m) { return m == method::kahan || m == method::exact; };
    const auto alike = [&](operation op, method a, method b) {
      return std::same_as<T, fp16> && (op == operation::layernorm || (precise(a) && precise(b)));
    };
    for (const operation op : operations)
      for (const operation other_op : operations)
        for (const method m : methods)
          for (const method other : methods) {
            if (op == other_op && (m == other || alike(op, m, other))) continue;
            EXPECT_TRUE(differ([&](auto x) { return call<T>(op, x, m); },
                               [&](auto x) { return run_best<T>(other_op, x, other); }))
                << label(op, m, type_of<T>) << "and " << label(other_op, other, type_of<T>);
            ++pairs;
          }
    for (const method m : methods)
      EXPECT_TRUE(differ([&](auto x) { return call<T>(operation::layernorm, x, m, 1e-3); },
                         [&](auto x) { return run_best<T>(operation::layernorm, x, m, 1e-2); }));
  });
  EXPECT_EQ(pairs, 3U * 15U * 14U - 20U - 4U);
}

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
      ++checked;
    }
  });
  EXPECT_EQ(checked, 15U);
}

/// layernorm by its definition, with an eps that decides the result and ones that do not show.
TEST(permdelta, layernorm_adds_eps_to_the_root) {
  tally agreed;
  const std::vector<double> epsilons{0.0, 0x1p-1074, 1e-12, 1e-6, 1e-5, 0x1p-10, 1.0, 3e4, 1e300};
  for_each_type([&]<element T>() {
    for (const auto& s : shapes) {
      if (squares_overflow<T>(s.kind)) continue;
      for (const std::size_t n : {1U, 2U, 7U, 64U, 300U}) {
        const auto x = make_input<T>(s.kind, n, n + 6);
        for (const double eps : epsilons)
          for (const method m : methods) {
            const auto y = call<T>(operation::layernorm, x, m, eps);
            auto expected = run_best<T>(operation::layernorm, x, m, eps);
            if (m != method::kahan) {
              const int lanes = best_kernel<T>(operation::layernorm, m).lanes;
              expected = evaluate<T>(
                  operation::layernorm, x,
                  [&](std::span<const compute_t<T>> v) { return fixed_order_sum(m, lanes, v); },
                  eps);
            }
            agreed.check(same<T>(y, expected), [&] {
              return label(operation::layernorm, m, type_of<T>) + describe(s.name, n, n + 6) +
                     " eps " + std::to_string(eps) + ": " + show(y[0]) + ", not " +
                     show(expected[0]);
            });
          }
      }
    }
  });
  EXPECT_GE(agreed.compared(), 3U * 8U * 5U * 9U * 5U);

  // By hand: m = 2, v = 1.
  const std::array x{1.0, 3.0};
  std::array y{0.0, 0.0};
  permdelta::layernorm(x, y, 0.0);
  EXPECT_EQ(y, (std::array{-1.0, 1.0}));
  permdelta::layernorm(x, y, 1.0);
  EXPECT_EQ(y, (std::array{-0.5, 0.5}));
  permdelta::layernorm(x, y, 3.0);
  EXPECT_EQ(y, (std::array{-0.25, 0.25}));
  permdelta::layernorm(x, y, 1e-5);
  EXPECT_EQ(y, (std::array{-1.0 / (1.0 + 1e-5), 1.0 / (1.0 + 1e-5)}));
}

/// Whether layernorm of these refuses, and leaves all memory as it was.
template <element T>
[[nodiscard]] bool refuses(std::span<T> memory, std::span<const T> x, std::span<T> y, double eps,
                           method m) {
  const std::vector<T> before(memory.begin(), memory.end());
  try {
    permdelta::layernorm(x, y, eps, m);
  } catch (const std::invalid_argument& error) {
    return same_bits<T>(memory, before) && *error.what() != '\0';
  }
  return false;
}

TEST(permdelta, layernorm_refuses_bad_arguments) {
  tally refused;
  for_each_type([&]<element T>() {
    std::vector<T> memory = make_input<T>(shape::normal, 400, 7);
    const std::span<T> all(memory);
    for (const method m : methods) {
      const auto check = [&](std::span<const T> x, std::span<T> y, double eps, bool expected) {
        refused.check(refuses<T>(all, x, y, eps, m) == expected, [&] {
          return label(operation::layernorm, m, type_of<T>) + "from " +
                 std::to_string(x.data() - all.data()) + ", " + std::to_string(x.size()) + " to " +
                 std::to_string(y.data() - all.data()) + ", " + std::to_string(y.size()) +
                 ", eps " + std::to_string(eps) + (expected ? " is taken" : " is refused");
        });
      };
      const std::span<T> x = all.first(100);
      const std::span<T> y = all.last(100);
      for (const std::size_t n : {0U, 1U, 99U, 101U, 200U}) check(x, all.last(n), 1e-6, true);
      check(all.first(0), y, 1e-6, true);

      check(x, x, 1e-6, true);
      for (const std::size_t shift : {1U, 50U, 99U}) {
        check(x, all.subspan(shift, 100), 1e-6, true);
        check(all.subspan(shift, 100), x, 1e-6, true);
      }
      check(all.first(1), all.first(1), 1e-6, true);

      constexpr double infinity = std::numeric_limits<double>::infinity();
      constexpr double nan = std::numeric_limits<double>::quiet_NaN();
      for (const double eps : {-1e-6, -1.0, -0x1p-1074, -infinity, nan, -nan}) {
        check(x, y, eps, true);
        check(all.first(0), all.last(0), eps, true);
      }

      // Neighbours do not overlap.
      check(x, all.subspan(100, 100), 1e-6, false);
      check(all.subspan(100, 100), x, 1e-6, false);
      check(x, y, 0.0, false);
    }
  });
  EXPECT_EQ(refused.compared(), 3U * 5U * 29U);
}

/// Several threads at once, each with every function: what one alone gets.
TEST(permdelta, gives_threads_the_same) {
  struct input_set {
    std::vector<double> doubles = make_input<double>(shape::wide, 5000, 8);
    std::vector<float> floats = make_input<float>(shape::wide, 5000, 8);
    std::vector<fp16> halves = make_input<fp16>(shape::wide, 5000, 8);
  };
  const input_set inputs;
  const auto all_bits = [&] {
    std::vector<std::uint64_t> bits;
    const auto append = [&]<element T>(const std::vector<T>& x) {
      for (const operation op : operations)
        for (const method m : methods)
          for (const T value : call<T>(op, x, m)) bits.push_back(bits_of(value));
    };
    append(inputs.doubles);
    append(inputs.floats);
    append(inputs.halves);
    return bits;
  };
  const auto alone = all_bits();
  EXPECT_EQ(alone.size(), 3U * 5U * 5002U);
  std::array<int, 4> differed{};
  std::array<std::thread, 4> threads;
  for (std::size_t i = 0; i < threads.size(); ++i)
    threads[i] = std::thread([&, i] {
      for (int round = 0; round < 40; ++round) differed[i] += all_bits() != alone ? 1 : 0;
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(differed, (std::array<int, 4>{}));
}

/// Whether any flag is up after `act`, or one that was up is not.
template <class Act>
[[nodiscard]] bool moves_flags(const Act& act) {
  std::feclearexcept(FE_ALL_EXCEPT);
  act();
  const bool raised = std::fetestexcept(FE_ALL_EXCEPT) != 0;
  std::feraiseexcept(FE_ALL_EXCEPT);
  act();
  const bool lost = std::fetestexcept(FE_ALL_EXCEPT) != FE_ALL_EXCEPT;
  std::feclearexcept(FE_ALL_EXCEPT);
  return raised || lost;
}

TEST(permdelta, exact_leaves_the_flags_alone) {
  tally right;
  for_each_type([&]<element T>() {
    auto inputs = special_inputs<T>();
    for (const auto& s : shapes)
      for (const std::size_t n : {1U, 3U, 100U, 5000U})
        inputs.push_back(make_input<T>(s.kind, n, n + 9));
    for (const auto& x : inputs) {
      std::vector<T> y(x.size());
      const auto check = [&](operation op, const auto& act) {
        right.check(!moves_flags(act), [&] {
          return label(op, method::exact, type_of<T>) + std::to_string(x.size()) + " from " +
                 (x.empty() ? "nothing" : show(x[0]));
        });
      };
      check(operation::sum, [&] { static_cast<void>(permdelta::sum(x)); });
      check(operation::mean, [&] { static_cast<void>(permdelta::mean(x)); });
      check(operation::layernorm, [&] { permdelta::layernorm(x, y); });
      check(operation::layernorm, [&] { permdelta::layernorm(x, y, 0.0); });
    }
  });
  EXPECT_EQ(right.compared(), 3U * 4U * (6U + 4U * shapes.size()));

  // The others raise them as arithmetic does, and are noticed.
  const std::array inexact{1.0, 0x1p-60};
  for (const method m : {method::sequential, method::pairwise, method::lane_split, method::kahan}) {
    std::feclearexcept(FE_ALL_EXCEPT);
    static_cast<void>(permdelta::sum(inexact, m));
    EXPECT_EQ(std::fetestexcept(FE_ALL_EXCEPT), FE_INEXACT) << name(m);
    EXPECT_TRUE(moves_flags([&] { static_cast<void>(permdelta::sum(inexact, m)); })) << name(m);
  }
  std::feclearexcept(FE_ALL_EXCEPT);
}

}  // namespace
}  // namespace permdelta::test

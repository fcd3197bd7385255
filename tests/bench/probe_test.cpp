#include "bench/probe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/catalog.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <element T>
reduction<T> wrap(kernel_function<T> run) {
  return [run](std::span<const T> x, std::span<T> y) { run(x.data(), x.size(), y.data()); };
}

TEST(probe, passes_every_kernel) {
  std::size_t checked = 0;
  for (const kernel& k : catalog()) {
    if (!runnable(k.isa)) continue;
    std::visit(
        [&]<class T>(kernel_function<T> run) {
          for (const std::size_t n : {1U, 2U, 3U, 17U, 1000U, 8192U, 100'003U}) {
            EXPECT_EQ(validate_on_integers<T>(wrap<T>(run), k.operation, n), "")
                << name_of(k) << ' ' << n;
            ++checked;
          }
        },
        k.run);
  }
  EXPECT_EQ(checked, kernel_count() * 7U);
}

// What the error of reordering hides from the reference: one element of many.
template <element T>
void expect_a_lost_element_to_show(operation op) {
  for (const kernel& each : catalog()) {
    if (each.operation != op || each.method != method::pairwise || each.isa != best_isa()) continue;
    const auto* run = std::get_if<kernel_function<T>>(&each.run);
    if (run == nullptr) continue;
    for (const std::size_t n : {2U, 100U, 8192U, 32768U}) {
      const reduction<T> loses_one = [run](std::span<const T> x, std::span<T> y) {
        (*run)(x.data(), x.size() - 1, y.data());
        if (y.size() > 1) y.back() = y[y.size() - 2];
      };
      EXPECT_NE(validate_on_integers<T>(loses_one, op, n), "") << name_of(each) << ' ' << n;
    }
  }
}

TEST(probe, objects_to_a_lost_element) {
  expect_a_lost_element_to_show<double>(operation::sum);
  expect_a_lost_element_to_show<float>(operation::sum);
  expect_a_lost_element_to_show<float>(operation::layernorm);
}

template <class T>
class probe_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(probe_of, element_types);

TYPED_TEST(probe_of, passes_the_naive_and_objects_when_its_sum_loses_an_element) {
  using T = TypeParam;
  // Of more elements, results of few digits do not show that one was lost.
  constexpr std::size_t shown = std::same_as<T, bf16> ? 2 : std::same_as<T, fp16> ? 16 : 8192;
  tally judged;
  for (const operation op : operations)
    for (const std::size_t n : {1U, 2U, 3U, 16U, 100U, 1000U, 8192U})
      for (const std::size_t rows : {1U, 2U, 7U}) {
        const auto describe = [&] {
          return std::string(name(op)) + ", n = " + std::to_string(n) + ", " +
                 std::to_string(rows) + " rows";
        };
        const auto accepts = [&](const reduction<T>& run) {
          return validate_on_integers<T>(run, op, n, rows).empty();
        };
        judged.check(accepts(naive<T>(op)), describe);
        if (n == 1 || n > shown) continue;
        const reduction<T> loses_one = [op](std::span<const T> x, std::span<T> y) {
          calculate<T>(op, x, y,
                       [](auto terms) { return left_to_right(terms.first(terms.size() - 1)); });
        };
        judged.check(!accepts(loses_one), describe);
      }
  const std::size_t sizes_shown = shown == 2 ? 1 : 3;
  EXPECT_GE(judged.compared(), 5U * 3U * (7U + sizes_shown));
}

/// softmax's exponentials over rows, with what is wrong about them.
template <element T, class Maximum, class Exp>
[[nodiscard]] reduction<T> softmax(const Maximum& maximum, const Exp& exp) {
  return [=](std::span<const T> x, std::size_t rows, std::span<T> y) {
    using C = compute_t<T>;
    const std::size_t n = x.size() / rows;
    for (std::size_t r = 0; r < rows; ++r) {
      std::vector<C> values = computed<T>(x.subspan(r * n, n));
      const C highest = maximum(computed<T>(x), r, n);
      for (C& value : values) value = exp(value - highest);
      const C sum = left_to_right(std::span<const C>(values));
      for (std::size_t i = 0; i < n; ++i) y[r * n + i] = stored<T>(values[i] / sum);
    }
  };
}

TYPED_TEST(probe_of, sees_what_is_wrong_with_a_softmax) {
  using T = TypeParam;
  using C = compute_t<T>;
  tally judged;
  const auto of_row = [](const std::vector<C>& all, std::size_t r, std::size_t n) {
    return std::ranges::max(std::span(all).subspan(r * n, n));
  };
  const auto of_row_0 = [=](const auto& all, std::size_t, std::size_t n) {
    return of_row(all, 0, n);
  };
  const auto of_all = [](const auto& all, std::size_t, std::size_t) {
    return std::ranges::max(all);
  };
  const auto none = [](const auto&, std::size_t, std::size_t) { return C{0}; };
  const auto exp = [](C t) { return std::exp(t); };
  const auto leaky = [](C t) { return t < -100 ? static_cast<C>(0.01F) : std::exp(t); };
  const auto saturated = [](C t) { return std::exp(std::max(t, C{-5})); };
  for (const std::size_t n : {2U, 16U, 100U, 1000U}) {
    const auto expect = [&](bool right, const reduction<T>& run, const char* what) {
      judged.check(validate_on_integers<T>(run, operation::softmax, n, 3).empty() == right,
                   [&] { return std::string(what) + ", n = " + std::to_string(n); });
    };
    expect(true, softmax<T>(of_row, exp), "the right one");
    expect(false, softmax<T>(of_row_0, exp), "the maximum of the first row");
    expect(false, softmax<T>(of_all, exp), "the maximum of all rows");
    expect(false, softmax<T>(none, exp), "no maximum");
    expect(false, softmax<T>(of_row, leaky), "a masked element counts");
    expect(false, softmax<T>(of_row, saturated), "an exponential with a lower end");
    const auto right = softmax<T>(of_row, exp);
    const reduction<T> partly = [&](auto x, std::size_t rows, auto y) {
      std::vector<T> all(y.size());
      right(x, rows, all);
      for (std::size_t i = 0; i < y.size(); ++i)
        if (value_of(all[i]) != 0) y[i] = all[i];
    };
    // Nothing is masked in some short rows.
    if (n > 16) expect(false, partly, "zeros are not written");
  }
  EXPECT_EQ(judged.compared(), 4U * 6U + 2U);
}

/// More elements than a float counts.
TEST(probe, counts_no_further_than_a_float_does) {
  for (const operation op : {operation::rmsnorm, operation::softmax})
    for (const std::size_t n : {std::size_t{1} << 24, (std::size_t{1} << 24) + 3})
      EXPECT_EQ(validate_on_integers<float>(naive<float>(op), op, n), "") << name(op) << ' ' << n;
}

TEST(probe, objects_to_nan) {
  const reduction<float> nan = [](std::span<const float>, std::span<float> y) { y[0] = NAN; };
  EXPECT_NE(validate_on_integers<float>(nan, operation::sum, 8), "");
}

}  // namespace
}  // namespace permdelta::test

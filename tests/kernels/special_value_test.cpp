/// NaNs, infinities, overflow and signed zeros at every kind of position.
///
/// What is accepted: a NaN, or infinities of both signs, give NaN. Infinities of one sign give that
/// infinity from a plain sum and its mean. `kahan` may answer NaN instead: its correction is then
/// Inf - Inf. The same holds for finite elements whose sum overflows. A layernorm in which the mean
/// is not finite is all NaN. A sum of nothing but -0 is -0; NumPy 1.24 says +0, as it starts at +0.

#include <numeric>

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <element T>
[[nodiscard]] T make(double value) {
  return stored<T>(static_cast<compute_t<T>>(value));
}

[[nodiscard]] std::vector<std::size_t> special_sizes() {
  return {1, 2, 3, 5, 7, 8, 9, 16, 17, 31, 33, 64, 65, 100, 127, 128, 129, 136, 257, 1000, 2051};
}

[[nodiscard]] std::size_t elements_of_special_sizes() {
  const auto all = special_sizes();
  return std::accumulate(all.begin(), all.end(), std::size_t{0});
}

/// First, last, and a few in between that fall on heads, bodies and tails of blocks.
[[nodiscard]] std::vector<std::size_t> positions(std::size_t n) {
  std::vector<std::size_t> result;
  for (const std::size_t i : {n - 1, n / 2, n / 3, n - n / 5 - 1, std::size_t{0}})
    if (std::find(result.begin(), result.end(), i) == result.end()) result.push_back(i);
  return result;
}

/// Those whose results all follow from one special value; the others have them in their places.
[[nodiscard]] bool is_judged_as_a_whole(operation op) {
  return op != operation::rmsnorm && op != operation::softmax;
}

/// Puts `values` into an otherwise finite input in all rotations of `positions`, and asks whether
/// every result is accepted.
template <class Accept>
void check_with(const std::vector<double>& values, const Accept& accept) {
  tally judged;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    if (!is_judged_as_a_whole(k.operation)) return;  // below
    for (const std::size_t n : special_sizes()) {
      const auto finite = make_input<T>(shape::normal, n, n);
      const auto at = positions(n);
      if (at.size() < values.size()) continue;
      for (std::size_t r = 0; r < at.size(); ++r) {
        auto x = finite;
        for (std::size_t v = 0; v < values.size(); ++v)
          x[at[(r + v) % at.size()]] = make<T>(values[v]);
        for (const T y : run<T>(function, k.operation, x))
          judged.check(accept(k, value_of(y)), [&] {
            return label(k) + " n = seed = " + std::to_string(n) +
                   ", special values from position " + std::to_string(at[r]) + ": " + show(y);
          });
      }
    }
  });
  std::size_t expected = 0;
  for (const operation op : every_operation)
    for (const std::size_t n : special_sizes())
      if (is_judged_as_a_whole(op) && positions(n).size() >= values.size())
        expected += kernel_count(1) * positions(n).size() * output_size(op, n);
  EXPECT_EQ(judged.compared(), expected);
}

[[nodiscard]] bool is_infinity_or_kahan(const kernel& k, double y, double which) {
  if (k.operation == operation::layernorm) return std::isnan(y);
  return y == which || (k.method == method::kahan && std::isnan(y));
}

TEST(special_value, nan_propagates) {
  check_with({nan}, [](const kernel&, double y) { return std::isnan(y); });
  check_with({nan, infinity}, [](const kernel&, double y) { return std::isnan(y); });
}

TEST(special_value, opposite_infinities_give_nan) {
  check_with({infinity, -infinity}, [](const kernel&, double y) { return std::isnan(y); });
}

TEST(special_value, infinity_stays) {
  for (const double which : {infinity, -infinity}) {
    check_with({which},
               [&](const kernel& k, double y) { return is_infinity_or_kahan(k, y, which); });
    check_with({which, which},
               [&](const kernel& k, double y) { return is_infinity_or_kahan(k, y, which); });
  }
}

TEST(special_value, overflow_is_infinite) {
  tally judged;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    if (k.operation != operation::sum) return;
    for (const std::size_t n : special_sizes()) {
      if (n < 2) continue;
      for (const double sign : {1.0, -1.0}) {
        const std::vector<T> x(n, make<T>(sign * largest<T>()));
        const double y = value_of(run<T>(function, k.operation, x)[0]);
        // Halves are added in float, which does not overflow here.
        const bool nan_allowed = k.method == method::kahan && !std::same_as<T, fp16>;
        judged.check(y == sign * infinity || (nan_allowed && std::isnan(y)), [&] {
          return label(k) + " n = " + std::to_string(n) + ": " + std::to_string(y);
        });
      }
    }
  });
  EXPECT_EQ(judged.compared(), kernel_count(1) * (special_sizes().size() - 1) * 2U);
}

/// What rmsnorm and softmax make of the same, place by place. (Kahan's sum of an infinity is NaN.)
TEST(special_value, rmsnorm_and_softmax_have_them_in_their_places) {
  tally judged;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    if (is_judged_as_a_whole(k.operation)) return;
    for (const std::size_t n : special_sizes())
      for (const std::vector<double>& values : {std::vector{nan},
                                                {infinity},
                                                {-infinity},
                                                {infinity, -infinity},
                                                {nan, -infinity},
                                                {-infinity, -infinity}}) {
        auto x = make_input<T>(shape::normal, n, n);
        const auto at = positions(n);
        for (std::size_t v = 0; v < values.size(); ++v) x[at[v % at.size()]] = make<T>(values[v]);
        const auto y = run<T>(function, k.operation, x);
        const auto is = [&](auto what) {
          return std::any_of(x.begin(), x.end(), [&](T v) { return what(value_of(v)); });
        };
        const bool some_nan = is([](double v) { return std::isnan(v); });
        const bool some_infinite = is([](double v) { return std::isinf(v); });
        const bool some_finite = is([](double v) { return std::isfinite(v); });
        const bool some_plus = is([](double v) { return v == infinity; });
        for (std::size_t i = 0; i < n; ++i) {
          const double from = value_of(x[i]);
          const double to = value_of(y[i]);
          bool right = false;
          if (k.operation == operation::softmax) {
            right = some_nan || some_plus || !some_finite ? std::isnan(to)
                    : std::isinf(from)                    ? bits_of(y[i]) == bits_of(T{})
                                                          : to > 0 && to <= 1;
          } else if (some_nan || (some_infinite && k.method == method::kahan)) {
            right = std::isnan(to);
          } else {
            right = std::isinf(from) ? std::isnan(to) : to == 0;
          }
          judged.check(right, [&] {
            return label(k) + " n = seed = " + std::to_string(n) + ", first special value " +
                   show(values[0]) + ", of " + show(x[i]) + ": " + show(y[i]);
          });
        }
      }
  });
  EXPECT_EQ(judged.compared(), kernel_count(2) * 6U * elements_of_special_sizes());
}

/// Half of a row masked: its results are those of the other half alone.
TEST(special_value, masks_of_softmax_are_left_out) {
  tally judged;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    // The others add in another order where there are gaps.
    if (k.operation != operation::softmax || k.method != method::exact) return;
    for (const std::size_t n : special_sizes()) {
      const auto kept = make_input<T>(shape::normal, n, n);
      std::vector<T> x;
      for (const T value : kept) x.insert(x.end(), {make<T>(-infinity), value});
      const auto alone = run<T>(function, k.operation, kept);
      const auto y = run<T>(function, k.operation, x);
      for (std::size_t i = 0; i < 2 * n; ++i)
        judged.check(bits_of(y[i]) == bits_of(i % 2 == 0 ? T{} : alone[i / 2]),
                     [&] { return label(k) + " n = " + std::to_string(n) + ": " + show(y[i]); });
    }
  });
  EXPECT_EQ(judged.compared(), kernel_count(1, 1) * 2U * elements_of_special_sizes());
}

TEST(special_value, signs_of_zero) {
  tally judged;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    const T minus = make<T>(-0.0);
    const T plus = make<T>(0.0);
    for (std::size_t n = 1; n <= 300; ++n) {
      std::vector<T> x(n, minus);
      const auto expect = [&](T expected, const char* what) {
        const auto y = run<T>(function, k.operation, x);
        judged.check(
            std::all_of(y.begin(), y.end(), [&](T v) { return bits_of(v) == bits_of(expected); }),
            [&] {
              return label(k) + " of " + what + ", n = " + std::to_string(n) + ": " + show(y[0]);
            });
      };
      // Centred, -0 - -0 is +0.
      if (k.operation == operation::softmax) continue;
      expect(k.operation == operation::layernorm ? plus : minus, "-0 only");
      for (const std::size_t i : positions(n)) {
        x.assign(n, minus);
        x[i] = plus;
        if (!is_elementwise(k.operation)) expect(plus, "one +0 among -0");
      }
      if (n < 2) continue;
      x.assign(n, minus);
      x[0] = make<T>(1.0);
      x[n - 1] = make<T>(-1.0);
      if (!is_elementwise(k.operation)) expect(plus, "1 and -1 among -0");
    }
  });
  std::size_t expected = 0;
  for (const operation op : every_operation)
    for (std::size_t n = 1; n <= 300 && op != operation::softmax; ++n)
      expected += kernel_count(1) *
                  (is_elementwise(op) ? 1U : 1U + positions(n).size() + (n < 2 ? 0U : 1U));
  EXPECT_EQ(judged.compared(), expected);
}

}  // namespace
}  // namespace permdelta::test

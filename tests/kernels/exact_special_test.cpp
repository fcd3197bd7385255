/// `exact` with infinities, NaN and zeros of both signs on either side of every block's end, with
/// and without the flag. What they give follows from what there is, wherever it is:
/// special_value_test.cpp says what, for all methods.

#include <optional>

#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

[[nodiscard]] std::vector<std::size_t> special_sizes() {
  return {1, 2, 3, 17, 100, 1921, 4095, 4096, 4097, 7681, 16384, 16385, 20000};
}

/// Both ends, the middle, and both sides of the blocks that there are.
[[nodiscard]] std::vector<std::size_t> positions(std::size_t n) {
  std::vector<std::size_t> all;
  for (const std::size_t i :
       {n - 1, std::size_t{0}, std::size_t{4095}, std::size_t{16384}, std::size_t{1920}, n / 2,
        std::size_t{16383}, std::size_t{4096}, std::size_t{7679}, std::size_t{7680}})
    if (i < n && std::find(all.begin(), all.end(), i) == all.end()) all.push_back(i);
  return all;
}

/// Every output of an operation on every instruction set, with and without the flag, is `expected`.
template <element T, class Describe>
void check(operation op, std::span<const T> x, T expected, tally& judged,
           const Describe& describe) {
  for (const bool trusted : {true, false}) {
    std::optional<distrust> no_flag;
    if (!trusted) no_flag.emplace();
    for (const auto& [which, function] : exact_kernels<T>(op)) {
      const auto y = run<T>(function, op, x);
      const kernel& k = *which;
      judged.check(std::all_of(y.begin(), y.end(), [&](T v) { return same(v, expected); }), [&] {
        return label(k) + (trusted ? "" : " without the flag") +
               ", n = " + std::to_string(x.size()) + ", " + describe() + ": " + show(y[0]);
      });
    }
  }
}

/// What the special values are put into: without them it would stay in the fast tier, or leave it,
/// or overflow.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> backgrounds(std::size_t n) {
  splitmix64 random(n);
  std::vector<std::vector<T>> all(4, std::vector<T>(n));
  fill<T>(trap::spread, all[0], random);
  fill<T>(trap::bits, all[1], random);
  fill<T>(trap::near_overflow, all[2], random);
  fill<T>(trap::subnormal, all[3], random);
  return all;
}

template <element T>
void check_not_finite() {
  const auto special = [](bool minus, std::uint64_t fraction) {
    return from_fields<T>(minus, special_exponent<T>, fraction);
  };
  const T infinity = special(false, 0);
  const T quiet = special(false, (fraction_mask<T> >> 1) + 1);
  const T signaling = special(false, 1);  // cut, as doubles are, it looks like infinity
  const T negative_signaling = special(true, 2);
  const std::vector<std::pair<std::vector<T>, T>> mixes{
      {{infinity}, infinity},
      {{opposite(infinity)}, opposite(infinity)},
      {{infinity, infinity}, infinity},
      {{opposite(infinity), opposite(infinity), opposite(infinity)}, opposite(infinity)},
      {{infinity, opposite(infinity)}, quiet},
      {{quiet}, quiet},
      {{signaling}, quiet},
      {{negative_signaling}, quiet},
      {{signaling, infinity}, quiet},
      {{opposite(infinity), infinity, quiet}, quiet}};
  tally judged;
  std::size_t mixed = 0;
  for (const std::size_t n : special_sizes()) {
    const auto at = positions(n);
    const std::size_t step = 1 + n / 2500;
    for (const auto& finite : backgrounds<T>(n))
      for (const auto& [values, expected] : mixes) {
        if (values.size() > at.size()) continue;
        // Of many positions some, others each time.
        for (std::size_t r = mixed++ % step; r < at.size(); r += step) {
          auto x = finite;
          for (std::size_t v = 0; v < values.size(); ++v) x[at[(r + v) % at.size()]] = values[v];
          const auto describe = [&, which = std::span<const T>(values)] {
            return show(which[0]) + " and " + std::to_string(which.size() - 1) +
                   " others from position " + std::to_string(at[r]);
          };
          check<T>(operation::sum, x, expected, judged, describe);
          check<T>(operation::mean, x, expected, judged, describe);
          if (r < 2) check<T>(operation::layernorm, x, quiet, judged, describe);
        }
      }
  }
  EXPECT_GE(judged.compared(), 13U * 4U * 9U * 2U * 2U * exact_isas());
}

TEST(exact_special, not_finite_fp64) {
  check_not_finite<double>();
}
TEST(exact_special, not_finite_fp32) {
  check_not_finite<float>();
}
TEST(exact_special, not_finite_fp16) {
  check_not_finite<fp16>();
}
TEST(exact_special, not_finite_bf16) {
  check_not_finite<bf16>();
}

template <element T>
void check_zeros() {
  const T plus{};
  const T minus = opposite(plus);
  const T one = from_double<T>(1);
  const T max = from_fields<T>(false, top_exponent<T>, fraction_mask<T>);
  tally judged;
  for (const std::size_t n : special_sizes()) {
    std::vector<T> x(n, minus);
    const auto expect = [&](T expected, const std::string& what) {
      check<T>(operation::sum, x, expected, judged, [&] { return what; });
      check<T>(operation::mean, x, expected, judged, [&] { return what; });
    };
    expect(minus, "-0 only");
    const auto at = positions(n);
    for (std::size_t r = 0; r < at.size(); ++r) {
      const std::size_t i = at[r];
      const std::size_t j = at[(r + 1) % at.size()];
      x[i] = plus;
      expect(plus, "+0 among -0, at " + std::to_string(i));
      for (const T value : {one, max, tiniest<T>(), opposite(tiniest<T>())}) {
        if (i == j) continue;
        x[i] = value;
        x[j] = opposite(value);
        expect(plus, show(value) + " and its negative among -0, at " + std::to_string(i) + " and " +
                         std::to_string(j));
      }
      x[i] = x[j] = minus;
    }
    x.assign(n, plus);
    expect(plus, "+0 only");
    for (const std::size_t i : at) {
      x[i] = minus;
      if (n > 1) expect(plus, "-0 among +0, at " + std::to_string(i));
      x[i] = plus;
    }
  }
  EXPECT_GE(judged.compared(), 13U * 6U * 2U * 2U * exact_isas());
}

TEST(exact_special, zeros_fp64) {
  check_zeros<double>();
}
TEST(exact_special, zeros_fp32) {
  check_zeros<float>();
}
TEST(exact_special, zeros_fp16) {
  check_zeros<fp16>();
}
TEST(exact_special, zeros_bf16) {
  check_zeros<bf16>();
}

}  // namespace
}  // namespace permdelta::test

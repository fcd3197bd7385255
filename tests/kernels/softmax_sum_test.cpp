/// The results of softmax add up to 1, as nearly as roundings allow.
///
/// Derivation. A kernel's d is the sum of its exponentials e_i but for an error of B sum e_i, where
/// B is the catalog's bound: sum(e_i / d) is in [1/(1 + B), 1/(1 - B)], so within B/(1 - B) of 1.
/// (How good the e_i are as exponentials is of no account.) Each quotient is rounded to C, which
/// changes it by u e_i/d at most or, where it is subnormal, by half of the subnormals' spacing s;
/// then to T, by u_T y_i at most or s_T/2, as y_i is not below the power of two where the spacing
/// changes. Where T is C there is but the second of these. With m elements that are not -infinity:
///
///   |sum y_i - 1| <= B/(1 - B)  +  u/(1 - B) + m s/2  +  sum max(u_T y_i, s_T/2)

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <element T>
constexpr double roundoff_of = 1.0 / (1ULL << format_of<T>.digits);
template <element T>
[[nodiscard]] double spacing_of_subnormals() {
  return std::ldexp(1.0, format_of<T>.min_exponent - format_of<T>.digits + 1);
}

template <element T>
[[nodiscard]] double allowed(double bound, std::span<const T> x, std::span<const T> y) {
  using C = compute_t<T>;
  double most = bound / (1 - bound);
  std::size_t unmasked = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isinf(value_of(x[i]))) continue;
    ++unmasked;
    most += std::max(roundoff_of<T> * value_of(y[i]), spacing_of_subnormals<T>() / 2);
  }
  if constexpr (!std::same_as<T, C>)
    most += unit_roundoff<C> / (1 - bound) +
            static_cast<double>(unmasked) * spacing_of_subnormals<C>() / 2;
  return most * (1 + 0x1p-30);  // the additions here
}

/// What is wrong about the results y of a row x; empty if nothing is.
template <element T>
[[nodiscard]] std::string objection(double bound, std::span<const T> x, std::span<const T> y) {
  std::vector<double> values;
  for (const T value : y) values.push_back(value_of(value));
  real off = exact_sum(values);
  mpfr_sub_ui(off.get(), off.get(), 1, MPFR_RNDN);
  const double by = mpfr_get_d(off.get(), MPFR_RNDA);
  const double most = allowed(bound, x, y);
  if (std::abs(by) <= most) return {};
  return "the sum is off by " + show(by) + ", which is more than " + show(most);
}

/// A row of one of the shapes or, after these: down to where exponentials are subnormal, or vanish;
/// values that are all alike; and every second, or all but one, of the first masked.
template <element T>
[[nodiscard]] std::vector<T> draw_row(std::size_t kind, std::size_t n, std::uint64_t seed) {
  using C = compute_t<T>;
  constexpr auto minus_infinity = -std::numeric_limits<C>::infinity();
  if (kind < shapes.size()) return make_input<T>(shapes[kind].kind, n, seed);
  splitmix64 random(seed);
  const double deepest = std::same_as<C, double> ? -760 : -110;
  auto x = make_input<T>(shape::normal, n, seed);
  for (std::size_t i = 0; i < n; ++i) switch (kind - shapes.size()) {
      case 0:
        x[i] = stored<T>(static_cast<C>(deepest * random.uniform()));
        break;
      case 1:
        x[i] = x[0];
        break;
      case 2:
        if (i % 2 == 0 && n > 1) x[i] = stored<T>(minus_infinity);
        break;
      default:
        if (i != n / 2) x[i] = stored<T>(minus_infinity);
        break;
    }
  return x;
}
constexpr std::size_t kinds = shapes.size() + 4;

template <element T>
void check_sums() {
  tally right;
  for (const std::size_t n : {1U, 2U, 3U, 7U, 8U, 31U, 64U, 100U, 257U, 1000U, 4099U})
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const auto x = draw_row<T>(kind, n, 3 * n + kind);
      for_each_kernel_of<T>([&](const kernel& k, const kernel_function<T>& function) {
        if (k.operation != operation::softmax) return;
        const auto y = run<T>(function, k.operation, x);
        const double bound = sum_error_bound(k, n);
        const std::string wrong = objection<T>(bound, x, y);
        right.check(wrong.empty(), [&] {
          return label(k) + ", row " + std::to_string(kind) + ", n = " + std::to_string(n) + ": " +
                 wrong;
        });
      });
    }
  EXPECT_GE(right.compared(), 11U * kinds * 5U);
}

TEST(softmax_sum, is_one_fp64) {
  check_sums<double>();
}
TEST(softmax_sum, is_one_fp32) {
  check_sums<float>();
}
TEST(softmax_sum, is_one_fp16) {
  check_sums<fp16>();
}
TEST(softmax_sum, is_one_bf16) {
  check_sums<bf16>();
}

/// Wrong sums, and wrong results of the right one, by the bound of every kernel.
template <element T>
void check_the_checker(std::size_t n) {
  using C = compute_t<T>;
  const auto right = [](std::span<const C> e) { return pairwise_sum(e); };
  const auto drops_one = [](std::span<const C> e) {
    return pairwise_sum(e) - *std::ranges::max_element(e);
  };
  const auto adds_one_twice = [](std::span<const C> e) { return pairwise_sum(e) + e[0]; };
  tally objected;
  for (const std::size_t kind : {std::size_t{0}, shapes.size() + 1}) {  // normal, and all alike
    const auto x = draw_row<T>(kind, n, 7);
    auto lost = evaluate<T>(operation::softmax, x, right);
    lost[n - 1] = T{};
    for_each_kernel_of<T>([&](const kernel& k, const kernel_function<T>&) {
      if (k.operation != operation::softmax) return;
      const double bound = sum_error_bound(k, n);
      const auto refuse = [&](const std::vector<T>& y, const char* what) {
        objected.check(!objection<T>(bound, x, y).empty(), [&] {
          return label(k) + ", row " + std::to_string(kind) + ": a kernel passes that " + what;
        });
      };
      refuse(evaluate<T>(operation::softmax, x, drops_one), "drops an exponential");
      if (kind != 0) refuse(evaluate<T>(operation::softmax, x, adds_one_twice), "adds one twice");
      if (kind != 0) refuse(lost, "loses a result");
    });
  }
  EXPECT_GE(objected.compared(), 4U * 5U);
}

TEST(softmax_sum, a_kernel_that_drops_an_element_is_refused) {
  check_the_checker<double>(4099);
  check_the_checker<float>(1000);
  check_the_checker<fp16>(500);
  check_the_checker<bf16>(100);
}

}  // namespace
}  // namespace permdelta::test

/// A layernorm with its eps in another place, or another eps, is a wrong one. Where the variance is
/// small, as the probe's is, it shows in every type; where it is near one, as in most rows, only in
/// fp64.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/bench/typed.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::array places{eps_place::after_root, eps_place::under_root};

[[nodiscard]] eps_place other(eps_place place) {
  return place == eps_place::after_root ? eps_place::under_root : eps_place::after_root;
}

/// As anybody would write it, every step in the compute type.
template <element T>
[[nodiscard]] reduction<T> layernorm(eps_place place, double eps = 1e-6) {
  return [place, added = static_cast<compute_t<T>>(eps)](std::span<const T> x, std::span<T> y) {
    using C = compute_t<T>;
    const auto n = static_cast<C>(x.size());
    C sum = 0;
    for (const T value : x) sum += computed(value);
    const C mean = sum / n;
    C squares = 0;
    for (const T value : x) squares += (computed(value) - mean) * (computed(value) - mean);
    const C variance = squares / n;
    const C divisor =
        place == eps_place::after_root ? std::sqrt(variance) + added : std::sqrt(variance + added);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = stored<T>((computed(x[i]) - mean) / divisor);
  };
}

/// Normal numbers, made so small that eps counts.
template <element T>
[[nodiscard]] std::vector<T> small_input(std::size_t n, double scale) {
  auto x = make_input<T>(distribution::normal, n, 42);
  for (T& value : x) value = stored<T>(computed(value) * static_cast<compute_t<T>>(scale));
  return x;
}

template <class T>
class eps_place_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16>;
TYPED_TEST_SUITE(eps_place_of, element_types);

TYPED_TEST(eps_place_of, the_right_one_passes_and_the_others_do_not) {
  using T = TypeParam;
  tally judged;
  for (const double scale : {1e-2, 1e-3, 1e-4})
    for (const std::size_t n : {2U, 4U, 16U, 512U, 4096U, 65536U}) {
      const auto x = small_input<T>(n, scale);
      for (const eps_place place : places) {
        const auto correct = make_reference<T>(operation::layernorm, x, place);
        const auto accepted = [&](const reduction<T>& run) {
          return validate<T>(run, x, correct).empty();
        };
        const auto expect = [&](bool right, const char* what) {
          judged.check(right, [&] {
            return std::string(what) + ", n = " + std::to_string(n) + ", normal times " +
                   std::to_string(scale) + ", judged as " +
                   (place == eps_place::after_root ? "after" : "under") + " the root";
          });
        };
        expect(accepted(layernorm<T>(place)), "the right one is rejected");
        expect(!accepted(layernorm<T>(other(place))), "eps in the other place passes");
        if (scale > 1e-3) continue;  // a tenth of the deviation, at least
        expect(!accepted(layernorm<T>(place, 1e-4)), "an eps of 1e-4 passes");
        expect(place == eps_place::after_root || !accepted(layernorm<T>(place, 0)),
               "no eps at all passes");
      }
    }
  EXPECT_EQ(judged.compared(), 6U * 2U * (2U + 4U + 4U));
}

TYPED_TEST(eps_place_of, the_probe_sees_it) {
  using T = TypeParam;
  tally judged;
  for (const eps_place place : places)
    for (const std::size_t n : {2U, 3U, 16U, 512U, 8192U, 65536U}) {
      const auto probed = [&](eps_place of) {
        return validate_on_integers<T>(layernorm<T>(of), operation::layernorm, n, 3, place);
      };
      judged.check(probed(place).empty(), [&] { return probed(place); });
      judged.check(!probed(other(place)).empty(),
                   [&] { return "wrong on integers, n = " + std::to_string(n); });
    }
  EXPECT_EQ(judged.compared(), 2U * 6U * 2U);
}

/// In doubles there is room for eps beside a variance of 1.
TEST(eps_place, shows_on_ordinary_doubles) {
  tally judged;
  for (const eps_place place : places)
    for (const std::size_t n : {2U, 16U, 512U, 8192U}) {
      for (const auto from : {distribution::normal, distribution::fixed, distribution::pareto}) {
        const auto x = make_input<double>(from, n, 42);
        const auto correct = make_reference<double>(operation::layernorm, x, place);
        judged.check(validate<double>(layernorm<double>(place), x, correct).empty(),
                     [&] { return "right, n = " + std::to_string(n); });
        judged.check(!validate<double>(layernorm<double>(other(place)), x, correct).empty(),
                     [&] { return "wrong, n = " + std::to_string(n); });
      }
    }
  EXPECT_EQ(judged.compared(), 2U * 4U * 3U * 2U);
}

}  // namespace
}  // namespace permdelta::test

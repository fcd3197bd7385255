/// The network's reference against the same network in MPFR, bit by bit; and that networks which
/// are wrong in one place are other ones.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tests/bench/network_support.hpp"
#include "tests/kernels/oracle.hpp"

namespace permdelta::test {
namespace {

/// Numbers of MPFR, far more precise than they need be.
using wide_row = std::vector<real>;

/// (x - m) / d with d = sqrt(mean((x - m)^2)) + eps, or eps under the root.
void normalize(wide_row& x, double eps, eps_place place, bool centred) {
  const unsigned long n = x.size();
  real mean, variance, square;
  for (const real& value : x) mpfr_add(mean.get(), mean.get(), value.get(), MPFR_RNDN);
  mpfr_div_ui(mean.get(), mean.get(), n, MPFR_RNDN);
  for (real& value : x) {
    if (centred) mpfr_sub(value.get(), value.get(), mean.get(), MPFR_RNDN);
    mpfr_sqr(square.get(), value.get(), MPFR_RNDN);
    mpfr_add(variance.get(), variance.get(), square.get(), MPFR_RNDN);
  }
  real divisor;
  mpfr_div_ui(divisor.get(), variance.get(), n, MPFR_RNDN);
  if (place == eps_place::under_root) mpfr_add_d(divisor.get(), divisor.get(), eps, MPFR_RNDN);
  mpfr_sqrt(divisor.get(), divisor.get(), MPFR_RNDN);
  if (place == eps_place::after_root) mpfr_add_d(divisor.get(), divisor.get(), eps, MPFR_RNDN);
  for (real& value : x) mpfr_div(value.get(), value.get(), divisor.get(), MPFR_RNDN);
}

/// The row times a matrix that lies row by row.
template <class C>
[[nodiscard]] wide_row times(const wide_row& row, const std::vector<C>& matrix, bool transposed) {
  const std::size_t width = row.size();
  wide_row product(width);
  real term;
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t j = 0; j < width; ++j) {
      const C weight = matrix.at(transposed ? j * width + i : i * width + j);
      mpfr_mul_d(term.get(), row[i].get(), static_cast<double>(weight), MPFR_RNDN);
      mpfr_add(product[j].get(), product[j].get(), term.get(), MPFR_RNDN);
    }
  return product;
}

/// x <- x + W relu(V layernorm(x)), layer by layer, rounded to T in the end.
template <element T>
[[nodiscard]] std::vector<T> literal(const network_weights<compute_t<T>>& weights, network_shape of,
                                     std::span<const T> x, eps_place place,
                                     fault with = fault::none) {
  if (with == fault::eps_elsewhere)
    place = place == eps_place::after_root ? eps_place::under_root : eps_place::after_root;
  const auto eps = static_cast<double>(static_cast<compute_t<T>>(1e-6));
  std::vector<T> result;
  for (std::size_t r = 0; r < of.rows; ++r) {
    wide_row row;
    for (const T value : x.subspan(r * of.width, of.width)) row.emplace_back(value_of(value));
    for (std::size_t l = 0; l < of.layers; ++l) {
      wide_row branch = row;
      normalize(branch, eps, place, with != fault::no_centring);
      branch = times(branch, weights.inner.at(l), with == fault::inner_transposed);
      for (real& value : branch)
        if (mpfr_sgn(value.get()) < 0 && with != fault::no_relu) mpfr_set_zero(value.get(), 1);
      branch = times(branch, weights.outer.at(l), with == fault::outer_transposed);
      for (std::size_t i = 0; i < of.width; ++i) {
        mpfr_ptr value = branch[i].get();
        if (with == fault::outer_unscaled)
          mpfr_mul_d(value, value, std::sqrt(static_cast<double>(of.layers)), MPFR_RNDN);
        if (with != fault::no_residual) mpfr_add(value, value, row[i].get(), MPFR_RNDN);
      }
      row = std::move(branch);
    }
    for (const real& value : row) result.push_back(nearest<T>(value));
  }
  return result;
}

constexpr std::array places{eps_place::after_root, eps_place::under_root};

template <class T>
class network_reference_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(network_reference_of, element_types);

TYPED_TEST(network_reference_of, is_mpfrs) {
  using T = TypeParam;
  tally agreed;
  std::size_t features = 0, changed = 0;
  for (const network_shape of : network_shapes)
    for (const double scale : {1.0, 1e-3})  // eps counts beside the smaller deviation
      for (const eps_place place : places) {
        const auto weights = make_weights<compute_t<T>>(of, 42);
        const auto x = features_of<T>(of, 7, scale);
        const auto got = network_reference<T>(weights, of, x, place);
        const auto right = literal<T>(weights, of, x, place);
        features += of.features();
        ASSERT_EQ(got.size(), of.features());
        for (std::size_t i = 0; i < got.size(); ++i) {
          changed += bits_of(got[i]) != bits_of(x[i]);
          agreed.check(same(got[i], right[i]), [&] {
            return describe(of) + ", normal times " + std::to_string(scale) + ", feature " +
                   std::to_string(i) + ": " + show(got[i]) + ", MPFR " + show(right[i]);
          });
        }
      }
  EXPECT_EQ(features, 2U * 2U * (2U + 16U + 21U + 66U + 5U + 13U + 256U));
  EXPECT_EQ(agreed.compared(), features);
  EXPECT_GT(changed, features - features / 16);  // those of width 1 stay
}

/// A row's result is its own, whatever lies beside it.
TYPED_TEST(network_reference_of, rows_do_not_meet) {
  using T = TypeParam;
  const network_shape of{5, 17, 3};
  const auto weights = make_weights<compute_t<T>>(of, 1);
  const auto x = features_of<T>(of, 2);
  tally agreed;
  const auto got = network_reference<T>(weights, of, x, eps_place::after_root);
  for (std::size_t r = 0; r < of.rows; ++r) {
    const auto row = std::span<const T>(x).subspan(r * of.width, of.width);
    const network_shape one{1, of.width, of.layers};
    const auto alone = network_reference<T>(weights, one, row, eps_place::after_root);
    agreed.check(same<T>(std::span<const T>(got).subspan(r * of.width, of.width), alone),
                 [&] { return "row " + std::to_string(r); });
  }
  EXPECT_EQ(agreed.compared(), 5U);
}

/// Nothing but a rounding to T separates the two above, so any other bit is more than they allow.
TYPED_TEST(network_reference_of, is_no_other_network) {
  using T = TypeParam;
  tally told;
  for (const network_shape of : {network_shape{3, 7, 5}, network_shape{2, 33, 3}})
    for (const eps_place place : places) {
      const auto weights = make_weights<compute_t<T>>(of, 42);
      for (const fault each : faults) {
        const auto x = features_of<T>(of, 7, scale_that_shows(each));
        const auto got = network_reference<T>(weights, of, x, place);
        const auto wrong = literal<T>(weights, of, x, place, each);
        std::size_t differ = 0;
        for (std::size_t i = 0; i < got.size(); ++i) differ += !same(got[i], wrong[i]);
        told.check(differ > of.features() / 2, [&] {
          return describe(of) + ", fault " + std::to_string(static_cast<int>(each)) + ": only " +
                 std::to_string(differ) + " features differ";
        });
      }
    }
  EXPECT_EQ(told.compared(), 2U * 2U * faults.size());
}

}  // namespace
}  // namespace permdelta::test

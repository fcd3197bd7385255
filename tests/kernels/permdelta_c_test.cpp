/// The C interface: the bits of the C++ functions, and a status where they throw.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "kernels/permdelta.h"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/permdelta_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// The C functions of an element type.
template <class T>
struct c_functions;

template <>
struct c_functions<float> {
  static constexpr auto sum = permdelta_sum_f32;
  static constexpr auto mean = permdelta_mean_f32;
  static constexpr auto layernorm = permdelta_layernorm_f32;
  static constexpr auto rmsnorm = permdelta_rmsnorm_f32;
  static constexpr auto softmax = permdelta_softmax_f32;
};

template <>
struct c_functions<double> {
  static constexpr auto sum = permdelta_sum_f64;
  static constexpr auto mean = permdelta_mean_f64;
  static constexpr auto layernorm = permdelta_layernorm_f64;
  static constexpr auto rmsnorm = permdelta_rmsnorm_f64;
  static constexpr auto softmax = permdelta_softmax_f64;
};

constexpr std::array c_methods{PERMDELTA_SEQUENTIAL, PERMDELTA_PAIRWISE, PERMDELTA_KAHAN,
                               PERMDELTA_LANE_SPLIT, PERMDELTA_EXACT};
static_assert(c_methods.size() == methods.size());

template <class T>
[[nodiscard]] permdelta_status c_normalize(operation op, const T* x, T* y, std::size_t n,
                                           double eps, permdelta_method m) {
  if (op == operation::layernorm) return c_functions<T>::layernorm(x, y, n, eps, m);
  if (op == operation::rmsnorm) return c_functions<T>::rmsnorm(x, y, n, eps, m);
  return c_functions<T>::softmax(x, y, n, m);
}

template <class T>
[[nodiscard]] std::vector<T> c_call(operation op, std::span<const T> x, permdelta_method m,
                                    double eps) {
  if (op == operation::sum) return {c_functions<T>::sum(x.data(), x.size(), m)};
  if (op == operation::mean) return {c_functions<T>::mean(x.data(), x.size(), m)};
  std::vector<T> y(x.size());
  EXPECT_EQ(c_normalize(op, x.data(), y.data(), x.size(), eps, m), PERMDELTA_OK);
  return y;
}

template <class Visit>
void for_both_types(const Visit& visit) {
  visit.template operator()<float>();
  visit.template operator()<double>();
}

TEST(permdelta_c, has_the_bits_of_the_cpp_functions) {
  tally same;
  for_both_types([&]<class T>() {
    std::vector<std::vector<T>> inputs = special_inputs<T>();
    for (const std::size_t n : {1U, 7U, 64U, 1000U}) {
      inputs.push_back(make_input<T>(shape::normal, n, n));
      inputs.push_back(delicate_input<T>(n, n));
    }
    for (const auto& x : inputs)
      for (const operation op : every_operation)
        for (std::size_t m = 0; m < methods.size(); ++m)
          for (const double eps : {0.0, 1e-6, 0.5})
            same.check(
                same_bits<T>(c_call<T>(op, x, c_methods[m], eps), call<T>(op, x, methods[m], eps)),
                [&] {
                  return label(best_kernel<T>(op, methods[m])) + ", " + std::to_string(x.size()) +
                         " elements, eps " + std::to_string(eps);
                });
  });
  EXPECT_EQ(same.compared(), 2U * 14U * 5U * 5U * 3U);
}

TEST(permdelta_c, of_nothing_and_from_nowhere) {
  for_both_types([]<class T>() {
    T* const nowhere = nullptr;
    for (const permdelta_method m : c_methods) {
      EXPECT_EQ(bits_of(c_functions<T>::sum(nowhere, 0, m)), 0U);
      EXPECT_TRUE(std::isnan(c_functions<T>::mean(nowhere, 0, m)));
      for (const operation op : {operation::layernorm, operation::rmsnorm, operation::softmax})
        EXPECT_EQ(c_normalize<T>(op, nowhere, nowhere, 0, 1e-6, m), PERMDELTA_OK);
    }
  });
}

/// Whether the function answers with `expected`, and leaves the memory as it was.
template <class T>
[[nodiscard]] bool refuses(operation op, std::vector<T>& memory, std::size_t x, std::size_t y,
                           std::size_t n, double eps, permdelta_method m,
                           permdelta_status expected) {
  const std::vector<T> before = memory;
  return c_normalize<T>(op, memory.data() + x, memory.data() + y, n, eps, m) == expected &&
         same_bits<T>(memory, before);
}

TEST(permdelta_c, bad_arguments_have_their_status) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  tally refused;
  for_both_types([&]<class T>() {
    std::vector<T> memory = make_input<T>(shape::normal, 200, 7);
    for (const operation op : {operation::layernorm, operation::rmsnorm, operation::softmax})
      for (const permdelta_method m : c_methods) {
        const auto check = [&](std::size_t x, std::size_t y, std::size_t n, double eps,
                               permdelta_method how, permdelta_status status) {
          refused.check(refuses<T>(op, memory, x, y, n, eps, how, status), [&] {
            return label(best_kernel<T>(op, method::exact)) + ", method " + std::to_string(how) +
                   " from " + std::to_string(x) + " to " + std::to_string(y) + ", " +
                   std::to_string(n) + " elements, eps " + std::to_string(eps) + ": not " +
                   permdelta_status_text(status);
          });
        };
        for (const std::size_t shift : {0U, 1U, 99U}) {
          check(0, shift, 100, 1e-6, m, PERMDELTA_OVERLAP);
          check(shift, 0, 100, 1e-6, m, PERMDELTA_OVERLAP);
        }
        if (op != operation::softmax)
          for (const double eps : {-1e-6, -infinity, nan, -nan}) {
            check(0, 100, 100, eps, m, PERMDELTA_BAD_EPS);
            check(0, 100, 0, eps, m, PERMDELTA_BAD_EPS);
          }
        // Neighbours do not overlap.
        std::vector<T> written = memory;
        EXPECT_EQ(c_normalize<T>(op, written.data(), written.data() + 100, 100, 0.0, m),
                  PERMDELTA_OK);
        EXPECT_EQ(c_normalize<T>(op, written.data() + 100, written.data(), 100, 0.0, m),
                  PERMDELTA_OK);
        for (const int wrong : {-1, 5, 260, std::numeric_limits<int>::max()})
          check(0, 100, 100, 1e-6, static_cast<permdelta_method>(wrong), PERMDELTA_BAD_METHOD);
      }
  });
  EXPECT_EQ(refused.compared(), 2U * 5U * (3U * (6U + 4U) + 2U * 8U));
}

TEST(permdelta_c, a_method_that_there_is_not_gives_nan) {
  for_both_types([]<class T>() {
    const std::array<T, 2> x{1, 2};
    for (const int wrong : {-1, 5, 256, std::numeric_limits<int>::min()}) {
      const auto m = static_cast<permdelta_method>(wrong);
      EXPECT_TRUE(std::isnan(c_functions<T>::sum(x.data(), x.size(), m))) << wrong;
      EXPECT_TRUE(std::isnan(c_functions<T>::sum(x.data(), 0, m))) << wrong;
      EXPECT_TRUE(std::isnan(c_functions<T>::mean(x.data(), x.size(), m))) << wrong;
    }
  });
}

TEST(permdelta_c, says_what_a_status_means) {
  EXPECT_STREQ(permdelta_status_text(PERMDELTA_OK), "success");
  EXPECT_STREQ(permdelta_status_text(PERMDELTA_BAD_METHOD), "no method of permdelta's");
  EXPECT_STREQ(permdelta_status_text(PERMDELTA_OVERLAP), "x and y overlap");
  EXPECT_STREQ(permdelta_status_text(PERMDELTA_BAD_EPS), "eps must be 0 or greater");
  for (const int wrong : {-1, 4, 1000})
    EXPECT_STREQ(permdelta_status_text(static_cast<permdelta_status>(wrong)),
                 "no status of permdelta's");
}

/// Which one it is, tests/package compares with the package's.
TEST(permdelta_c, has_a_version) {
  const std::string_view version = permdelta_version();
  EXPECT_EQ(std::count(version.begin(), version.end(), '.'), 2);
  EXPECT_EQ(version.find_first_not_of("0123456789."), std::string_view::npos);
}

}  // namespace
}  // namespace permdelta::test

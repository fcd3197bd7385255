/// The arguments of layernorm, rmsnorm and softmax in permdelta.hpp: where eps is added, and what
/// is refused.

#include <array>
#include <limits>
#include <stdexcept>
#include <string>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/permdelta_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// layernorm and rmsnorm by their definitions, with an eps that decides the result and ones that do
/// not show.
TEST(permdelta, eps_is_added_where_it_belongs) {
  tally agreed;
  const std::vector<double> epsilons{0.0, 0x1p-1074, 1e-12, 1e-6, 1e-5, 0x1p-10, 1.0, 3e4, 1e300};
  for_each_type([&]<element T>() {
    for (const auto& s : shapes) {
      if (squares_overflow<T>(s.kind)) continue;
      for (const std::size_t n : {1U, 2U, 7U, 64U, 300U}) {
        const auto x = make_input<T>(s.kind, n, n + 6);
        for (const double eps : epsilons)
          for (const operation op : {operation::layernorm, operation::rmsnorm})
            for (const method m : methods) {
              const auto y = call<T>(op, x, m, eps);
              auto expected = run_best<T>(op, x, m, eps);
              if (m != method::kahan) {
                const int lanes = best_kernel<T>(op, m).lanes;
                expected = evaluate<T>(
                    op, x,
                    [&](std::span<const compute_t<T>> v) { return fixed_order_sum(m, lanes, v); },
                    eps);
              }
              agreed.check(same<T>(y, expected), [&] {
                return label(best_kernel<T>(op, m)) + " " + describe(s.name, n, n + 6) + " eps " +
                       std::to_string(eps) + ": " + show(y[0]) + ", not " + show(expected[0]);
              });
            }
      }
    }
  });
  EXPECT_GE(agreed.compared(), 4U * 8U * 5U * 9U * 2U * 5U);

  // By hand: m = 2, v = 1.
  const std::array x{1.0, 3.0};
  std::array y{0.0, 0.0};
  permdelta::layernorm(x, y, 0.0);
  EXPECT_EQ(y, (std::array{-1.0, 1.0}));
  permdelta::layernorm(x, y, 1.0);
  EXPECT_EQ(y, (std::array{-0.5, 0.5}));
  permdelta::layernorm(x, y, 3.0);
  EXPECT_EQ(y, (std::array{-0.25, 0.25}));
  permdelta::rmsnorm(x, y, 4.0);
  EXPECT_EQ(y, (std::array{1.0 / 3.0, 1.0}));
  permdelta::layernorm(x, y, 1e-5);
  EXPECT_EQ(y, (std::array{-1.0 / (1.0 + 1e-5), 1.0 / (1.0 + 1e-5)}));
}

/// Whether the function of `op` refuses these, and leaves all memory as it was.
template <element T>
[[nodiscard]] bool refuses(operation op, std::span<T> memory, std::span<const T> x, std::span<T> y,
                           double eps, method m) {
  const std::vector<T> before(memory.begin(), memory.end());
  try {
    if (op == operation::layernorm) permdelta::layernorm(x, y, eps, m);
    if (op == operation::rmsnorm) permdelta::rmsnorm(x, y, eps, m);
    if (op == operation::softmax) permdelta::softmax(x, y, m);
  } catch (const std::invalid_argument& error) {
    const std::string begin = "permdelta::" + std::string(name(op)) + ": ";
    return same_bits<T>(memory, before) && std::string(error.what()).starts_with(begin);
  }
  return false;
}

TEST(permdelta, bad_arguments_are_refused) {
  tally refused;
  for_each_type([&]<element T>() {
    std::vector<T> memory = make_input<T>(shape::normal, 400, 7);
    const std::span<T> all(memory);
    for (const operation op : {operation::layernorm, operation::rmsnorm, operation::softmax})
      for (const method m : methods) {
        const auto check = [&](std::span<const T> x, std::span<T> y, double eps, bool expected) {
          refused.check(refuses<T>(op, all, x, y, eps, m) == expected, [&] {
            return label(best_kernel<T>(op, m)) + " from " + std::to_string(x.data() - all.data()) +
                   ", " + std::to_string(x.size()) + " to " +
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
        if (op != operation::softmax)
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
  EXPECT_EQ(refused.compared(), 4U * 5U * (3U * 29U - 12U));
}

}  // namespace
}  // namespace permdelta::test

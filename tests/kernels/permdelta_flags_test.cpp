/// The functions of permdelta.hpp and the caller's floating-point flags: `exact` leaves them alone.

#include <array>
#include <cfenv>

#include "tests/kernels/flags.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/permdelta_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

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
        right.check(leaves_flags(act), [&] {
          return label(best_kernel<T>(op, method::exact)) + " " + std::to_string(x.size()) +
                 " from " + (x.empty() ? "nothing" : show(x[0]));
        });
      };
      check(operation::sum, [&] { static_cast<void>(permdelta::sum(x)); });
      check(operation::mean, [&] { static_cast<void>(permdelta::mean(x)); });
      check(operation::layernorm, [&] { permdelta::layernorm(x, y); });
      check(operation::layernorm, [&] { permdelta::layernorm(x, y, 0.0); });
      check(operation::rmsnorm, [&] { permdelta::rmsnorm(x, y); });
      check(operation::softmax, [&] { permdelta::softmax(x, y); });
    }
  });
  EXPECT_EQ(right.compared(), 4U * 6U * (6U + 4U * shapes.size()));

  // The others raise them as arithmetic does, and are noticed.
  const std::array inexact{1.0, 0x1p-60};
  for (const method m : {method::sequential, method::pairwise, method::lane_split, method::kahan}) {
    std::feclearexcept(FE_ALL_EXCEPT);
    static_cast<void>(permdelta::sum(inexact, m));
    EXPECT_EQ(std::fetestexcept(FE_ALL_EXCEPT), FE_INEXACT) << name(m);
    EXPECT_FALSE(leaves_flags([&] { static_cast<void>(permdelta::sum(inexact, m)); })) << name(m);
  }
  std::feclearexcept(FE_ALL_EXCEPT);
}

}  // namespace
}  // namespace permdelta::test

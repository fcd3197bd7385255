/// The whole program with a subject of somebody else's: the right one is timed, a wrong one is an
/// error with its reason, and the exit code says so.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tests/bench/guest.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

TEST(wrong_subject, one_element_lost_in_one_of_many_rows) {
  constexpr operation sum = operation::sum;
  const std::vector<std::string> flags{"--sizes=64,4096", "--rows=40"};
  expect_accepted(run_program(guest<float>(sum, naive<float>(sum)), flags), 4);
  for (const std::size_t bad : {0U, 17U, 39U}) {
    const reduction<float> loses_one = [bad](std::span<const float> x, std::size_t rows,
                                             std::span<float> y) {
      const std::size_t n = x.size() / rows;
      for (std::size_t r = 0; r < rows; ++r)
        naive<float>(sum)(x.subspan(r * n, r == bad ? n - 1 : n), y.subspan(r, 1));
    };
    expect_rejected(run_program(guest<float>(sum, loses_one), flags), 4,
                    "output " + std::to_string(bad) + " of 40 is ");
  }
}

/// naive's eps is added to the root.
TEST(wrong_subject, layernorm_judged_by_the_other_formula) {
  subject other = guest<double>(operation::layernorm, naive<double>(operation::layernorm));
  const std::vector<std::string> flags{"--sizes=2,64,4096", "--rows=1,3"};
  expect_accepted(run_program(other, flags), 12);
  other.task = {operation::layernorm, eps_place::under_root};
  expect_rejected(run_program(other, flags), 12, "output ");
}

TEST(wrong_subject, a_norm_judged_as_another) {
  const std::vector<std::string> flags{"--sizes=2,64,4096", "--rows=1,3"};
  const std::array norms{operation::layernorm, operation::rmsnorm, operation::softmax};
  for (const operation is : norms)
    for (const operation judged_as : norms) {
      const auto got = run_program(guest<float>(judged_as, naive<float>(is)), flags);
      if (is == judged_as)
        expect_accepted(got, 12);
      else
        expect_rejected(got, 12, "output ");
    }
}

TEST(wrong_subject, a_result_that_is_no_number) {
  const reduction<float> poisoned = [](std::span<const float>, std::span<float> y) { y[0] = NAN; };
  expect_rejected(run_program(guest<float>(operation::mean, poisoned), {"--sizes=1,64"}), 4,
                  "is nan instead of");
}

}  // namespace
}  // namespace permdelta::test

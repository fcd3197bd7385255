/// An operation of a user's own, judged by a reference of a user's own: what that may say, and what
/// it is told if it makes no sense.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/guest.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The sum of squares of a row, exactly enough, times `factor`.
[[nodiscard]] own_reference squares(double factor) {
  return [factor](std::span<const double> x, const format& compute) {
    double sum = 0;
    for (const double value : x) sum += value * value;
    const double u = std::ldexp(1.0, -compute.digits);
    return exact_results{{factor * sum}, {static_cast<double>(x.size() + 2) * u * sum}};
  };
}

template <element T>
[[nodiscard]] reduction<T> squared() {
  return [](std::span<const T> x) {
    compute_t<T> sum = 0;
    for (const T value : x) sum += computed(value) * computed(value);
    return stored<T>(sum);
  };
}

TEST(own_operation, is_judged_by_its_own_reference) {
  const std::vector<std::string> flags{"--sizes=1,64,256", "--types=fp64,fp32,fp16,bf16"};
  const task right("own_squares", outputs::one, squares(1));
  const task wrong("own_squares", outputs::one, squares(1.25));
  expect_accepted(run_program(guest<double>(right, squared<double>()), flags), 6);
  expect_accepted(run_program(guest<float>(right, squared<float>()), flags), 6);
  expect_accepted(run_program(guest<fp16>(right, squared<fp16>()), flags), 6);
  expect_accepted(run_program(guest<bf16>(right, squared<bf16>()), flags), 6);
  const outcome got = run_program(guest<float>(wrong, squared<float>()), flags);
  expect_rejected(got, 6, "off by ");
  EXPECT_EQ(got.rows.front().at("name"), "own_squares/guest/fp32/normal/n:1");
}

TEST(own_operation, with_as_many_outputs_as_elements) {
  const task twice("own_twice", outputs::each, [](std::span<const double> x, const format&) {
    exact_results results;
    for (const double value : x) results.values.push_back(2 * value);
    results.tolerances.assign(x.size(), 0);
    return results;
  });
  const auto times = [](float factor) -> reduction<float> {
    return [factor](std::span<const float> x, std::span<float> y) {
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = factor * x[i];
    };
  };
  const outcome got = run_program(guest<float>(twice, times(2)), {"--sizes=64", "--rows=1,5"});
  expect_accepted(got, 4);
  for (const auto& row : got.rows) EXPECT_EQ(row.at("distinct_results"), 1);
  expect_rejected(run_program(guest<float>(twice, times(2.001F)), {"--sizes=64"}), 2, "n = 64: ");
}

TEST(own_operation, whose_reference_makes_no_sense) {
  const auto judged = [](exact_results results) {
    return run_program(
        guest<float>(task("own_nonsense", outputs::one,
                          [=](std::span<const double>, const format&) { return results; }),
                     squared<float>()),
        {"--sizes=64"});
  };
  const std::string begin = "the reference of 'own_nonsense' gives ";
  expect_rejected(judged({}), 2,
                  begin + "0 values and 0 tolerances instead of 1 for a row of 64 elements");
  expect_rejected(judged({{1, 2}, {0, 0}}), 2, begin + "2 values");
  expect_rejected(judged({{not_a_number}, {0}}), 2, begin + "NaN as value 0");
  expect_rejected(judged({{1}, {not_a_number}}), 2, begin + "a tolerance that is negative or NaN");
  expect_rejected(judged({{1}, {-1}}), 2, begin + "a tolerance that is negative or NaN");

  const task throws("own_nonsense", outputs::one,
                    [](std::span<const double>, const format&) -> exact_results {
                      throw std::runtime_error("no idea\nat all");
                    });
  expect_rejected(run_program(guest<float>(throws, squared<float>()), {"--sizes=64"}), 2,
                  "the reference of 'own_nonsense' threw: no idea\\x0aat all");
}

/// Neither right nor wrong.
TEST(own_operation, whose_sums_may_overflow) {
  const task what("own_squares", outputs::one, [](std::span<const double>, const format& compute) {
    return exact_results{{0}, {0}, compute.digits == 53};
  });
  expect_accepted(
      run_program(guest<double>(what, [](std::span<const double>) { return 0.0; }), {"--sizes=64"}),
      2);
  const outcome got = run_program(guest<float>(what, squared<float>()), {"--sizes=64"});
  EXPECT_EQ(got.exit_code, success);
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(message_of(got.rows[0]), "sums on the way may overflow fp32");
}

/// The rounding of the result is beside the tolerance, in every type.
TEST(own_operation, is_granted_the_last_rounding) {
  constexpr double third = 0x1p-26 / 3;
  const task thirds("own_thirds", outputs::each, [](std::span<const double> x, const format&) {
    exact_results results;
    for (const double value : x) {
      results.values.push_back(value / 3);
      results.tolerances.push_back(std::abs(value) * third);
    }
    return results;
  });
  const reduction<float> right = [](std::span<const float> x, std::span<float> y) {
    for (std::size_t i = 0; i < x.size(); ++i)
      y[i] = static_cast<float>(static_cast<double>(x[i]) * (1.0 / 3 + third));
  };
  expect_accepted(run_program(guest<float>(thirds, right), {"--sizes=4096"}), 2);
}

/// A prefix sum, say: held against its outputs where the elements lie.
TEST(own_operation, that_depends_on_places) {
  const task prefix("own_prefix", outputs::each, [](std::span<const double> x, const format&) {
    exact_results results;
    double sum = 0;
    for (const double value : x) results.values.push_back(sum += value);
    results.tolerances.assign(x.size(), 1e-3);
    return results;
  });
  const reduction<double> run = [](std::span<const double> x, std::span<double> y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = sum += x[i];
  };
  expect_rejected(run_program(guest<double>(prefix, run), {"--sizes=64"}), 2,
                  "n = 64, in order 1 (");
}

}  // namespace
}  // namespace permdelta::test

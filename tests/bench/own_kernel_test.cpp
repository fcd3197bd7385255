/// A user's kernel: what is wrong with it is said with the size and how far off it is, and one that
/// throws or dawdles keeps nobody from running. Names, and registering twice.

#include <gtest/gtest.h>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/registry.hpp"
#include "tests/bench/guest.hpp"
#include "tests/bench/naive.hpp"

namespace permdelta::test {
namespace {

[[nodiscard]] std::string message_of(const nlohmann::json& row) {
  return row.value("error_message", "");
}

/// The number after `words`.
[[nodiscard]] double number_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  EXPECT_NE(at, std::string::npos) << text;
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + words.size(), nullptr);
}

/// Each row is an error that names its n, and how far off the kernel was: `least` at least.
void expect_distance(const outcome& got, const std::vector<std::size_t>& sizes, double least) {
  expect_rejected(got, 2 * sizes.size(), "off by ");
  for (std::size_t i = 0; i < got.rows.size(); ++i) {
    const std::string message = message_of(got.rows[i]);
    EXPECT_EQ(number_after(message, "n = "), static_cast<double>(sizes[i % sizes.size()]));
    EXPECT_GE(number_after(message, "off by "), least) << message;
  }
}

TEST(own_kernel, forms_of_a_function) {
  const reduction<float> one = [](std::span<const float> x) { return left_to_right(x); };
  const reduction<float> row = [](std::span<const float> x, std::span<float> y) {
    y[0] = left_to_right(x);
  };
  const reduction<float> rows = [](std::span<const float> x, std::size_t count,
                                   std::span<float> y) {
    for (std::size_t r = 0; r < count; ++r)
      y[r] = left_to_right(x.subspan(r * (x.size() / count), x.size() / count));
  };
  nlohmann::json first;
  for (const reduction<float>& each : {one, row, rows}) {
    const outcome got =
        run_program(guest<float>(operation::sum, each), {"--sizes=1,64", "--rows=1,3"});
    expect_accepted(got, 8);
    auto deltas = nlohmann::json::array();
    for (const auto& result : got.rows) deltas.push_back(result.at("max_perm_delta"));
    if (first.is_null()) first = deltas;
    EXPECT_EQ(deltas, first);
  }
}

TEST(own_kernel, that_drops_the_tail) {
  const reduction<float> by_eights = [](std::span<const float> x) {
    return left_to_right(x.first(x.size() / 8 * 8));
  };
  expect_distance(run_program(guest<float>(operation::sum, by_eights), {"--sizes=7,1001"}),
                  {7, 1001}, 1);
  expect_accepted(run_program(guest<float>(operation::sum, by_eights), {"--sizes=8,1000"}), 4);
}

TEST(own_kernel, that_gives_no_number) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const reduction<double> poisoned = [bad](std::span<const double>) { return bad; };
    expect_rejected(run_program(guest<double>(operation::mean, poisoned), {"--sizes=512"}), 2,
                    "on n = 512 integers, exact in every order, output 0 of 1 is ");
  }
}

TEST(own_kernel, that_reads_out_of_order) {
  const reduction<float> backwards = [](std::span<const float> x, std::span<float> y) {
    const std::vector<float> turned(x.rbegin(), x.rend());
    naive<float>(operation::layernorm)(turned, y);
  };
  expect_distance(run_program(guest<float>(operation::layernorm, backwards), {"--sizes=16,512"}),
                  {16, 512}, 1000);
}

/// Welford's layernorm rounds on integers, too: in one of a hundred rows by too much for what adds
/// terms.
TEST(own_kernel, that_updates_a_mean) {
  const reduction<float> welford = [](std::span<const float> x, std::span<float> y) {
    float mean = 0;
    float squares = 0;
    float count = 0;
    for (const float value : x) {
      count += 1;
      const float from_old = value - mean;
      mean += from_old / count;
      squares += from_old * (value - mean);
    }
    for (std::size_t i = 0; i < x.size(); ++i)
      y[i] = (x[i] - mean) / (std::sqrt(squares / count) + 1e-6F);
  };
  const std::vector<std::string> flags{"--sizes=256", "--rows=100"};
  const task updated(operation::layernorm, eps_place::after_root, sums::updated);
  expect_accepted(run_program(guest<float>(updated, welford), flags), 2);
  expect_rejected(run_program(guest<float>(operation::layernorm, welford), flags), 2,
                  "on n = 256 integers, exact in every order");
  const reduction<float> loses_one = [welford](std::span<const float> x, std::span<float> y) {
    welford(x.first(x.size() - 1), y.first(x.size() - 1));
    y.back() = y.front();
  };
  expect_rejected(run_program(guest<float>(updated, loses_one), flags), 2, "n = 256: output ");
}

/// Only on what is not an integer: the second check says it, with the same words.
TEST(own_kernel, that_is_wrong_by_the_input_alone) {
  const reduction<double> truncates = [](std::span<const double> x) {
    double sum = 0;
    for (const double value : x) sum += std::trunc(value);
    return sum;
  };
  const outcome got = run_program(guest<double>(operation::sum, truncates), {"--sizes=512"});
  expect_rejected(got, 2, "n = 512: output 0 of 1 is ");
  for (const auto& row : got.rows) {
    const std::string message = message_of(row);
    EXPECT_NEAR(number_after(message, "off by "),
                std::abs(number_after(message, " is ") - number_after(message, "expected ")), 0.01);
  }
}

TEST(own_kernel, that_throws) {
  const reduction<float> throws = [](std::span<const float> x) {
    if (x.size() > 100) throw std::runtime_error("too long for me");
    return left_to_right(x);
  };
  const outcome got = run_program(guest<float>(operation::sum, throws), {"--sizes=64,512"});
  ASSERT_EQ(got.rows.size(), 4U);
  EXPECT_EQ(got.exit_code, failure);
  for (const std::size_t i : {1U, 3U}) {
    EXPECT_EQ(message_of(got.rows[i]), "it threw: too long for me");
    EXPECT_TRUE(got.rows[i - 1].contains("max_perm_delta")) << got.rows[i - 1];
  }
  const reduction<float> throws_a_number = [](std::span<const float>) -> float { throw 1; };
  expect_rejected(run_program(guest<float>(operation::sum, throws_a_number), {"--sizes=64"}), 2,
                  "it threw what is no std::exception");
}

/// By then its study is over, and its counters are not to be had.
TEST(own_kernel, that_throws_when_it_is_timed) {
  const reduction<float> tires = [calls = 0](std::span<const float> x) mutable {
    if (++calls > 100) throw std::runtime_error("tired");
    return left_to_right(x);
  };
  const outcome got = run_program(guest<float>(operation::sum, tires),
                                  {"--sizes=64", "--orders=3", "--benchmark_min_time=1"});
  expect_rejected(got, 2, "tired");
  EXPECT_EQ(message_of(got.rows[0]), "it threw when it was timed: tired");
  EXPECT_EQ(message_of(got.rows[1]), "it threw: tired");  // for good
}

/// Whoever comes after it finds things as they were.
TEST(own_kernel, that_changes_how_others_calculate) {
  const reduction<float> rounds_up = [](std::span<const float> x) {
    std::fesetround(FE_UPWARD);
    return left_to_right(x);
  };
  expect_rejected(run_program(guest<float>(operation::sum, rounds_up), {"--sizes=64"}), 2,
                  "it left the rounding mode or flush-to-zero changed");
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
#ifdef __SSE2__
  for (const unsigned bit : {0x8000U, 0x0040U}) {  // results, operands
    const reduction<float> flushes = [bit](std::span<const float> x) {
      _mm_setcsr(_mm_getcsr() | bit);
      return left_to_right(x);
    };
    expect_rejected(run_program(guest<float>(operation::sum, flushes), {"--sizes=64"}), 2,
                    "it left the rounding mode or flush-to-zero changed");
    EXPECT_EQ(_mm_getcsr() & 0x8040U, 0U);
  }
#endif
  // After itself, it may.
  const reduction<float> tidies_up = [](std::span<const float> x) {
    std::fesetround(FE_UPWARD);
    const float sum = left_to_right(x);
    std::fesetround(FE_TONEAREST);
    return sum;
  };
  expect_accepted(run_program(guest<float>(operation::sum, tidies_up), {"--sizes=64"}), 2);
}

/// Not wrong, and so no failure.
TEST(own_kernel, that_dawdles) {
  const reduction<float> dawdles = [](std::span<const float> x) {
    if (x.size() > 100) std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return left_to_right(x);
  };
  const outcome got =
      run_program(guest<float>(operation::sum, dawdles), {"--sizes=64,512", "--study_limit=1"});
  ASSERT_EQ(got.rows.size(), 4U);
  EXPECT_EQ(got.exit_code, success) << got.log;
  for (const std::size_t i : {1U, 3U}) {
    EXPECT_EQ(message_of(got.rows[i]).find("too slow for its study: 3 calls took 1.2"), 0U)
        << message_of(got.rows[i]);
    EXPECT_TRUE(got.rows[i - 1].contains("max_perm_delta")) << got.rows[i - 1];
  }
}

/// The sum of squares of a row, exactly enough, times `factor`.
[[nodiscard]] own_reference squares(double factor) {
  return [factor](std::span<const double> x, double u) {
    double sum = 0;
    for (const double value : x) sum += value * value;
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
  const std::vector<std::string> flags{"--sizes=1,64,2048", "--types=fp64,fp32,fp16,bf16"};
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
  const task twice("own_twice", outputs::each, [](std::span<const double> x, double) {
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
    return run_program(guest<float>(task("own_nonsense", outputs::one,
                                         [=](std::span<const double>, double) { return results; }),
                                    squared<float>()),
                       {"--sizes=64"});
  };
  const std::string begin = "it threw: the reference of 'own_nonsense' gives ";
  expect_rejected(judged({}), 2,
                  begin + "0 values and 0 tolerances instead of 1 for a row of 64 elements");
  expect_rejected(judged({{1, 2}, {0, 0}}), 2, begin + "2 values");
  expect_rejected(judged({{NAN}, {0}}), 2, begin + "NaN as value 0");
  expect_rejected(judged({{1}, {NAN}}), 2, begin + "a tolerance that is negative or NaN");
  expect_rejected(judged({{1}, {-1}}), 2, begin + "a tolerance that is negative or NaN");
}

/// What `act` complains of.
template <class Act>
[[nodiscard]] std::string complaint(const Act& act) {
  try {
    act();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(register_kernel, what_it_refuses) {
  const reduction<float> run = squared<float>();
  const auto named = [&](const std::string& method) {
    return complaint([&] { register_kernel<float>(method, operation::sum, run); });
  };
  const std::string allowed =
      "' can't be part of a benchmark name: letters, digits, '_', '-' and '=' can, one at least";
  EXPECT_EQ(named("a/b"), "'a/b" + allowed);
  EXPECT_EQ(named(""), "'" + allowed);
  EXPECT_EQ(named("two words"), "'two words" + allowed);
  register_kernel<float>("mine", operation::sum, run);
  EXPECT_EQ(named("mine"), "sum/mine/fp32 is registered already");
  EXPECT_EQ(complaint([&] {
              register_kernel({.task = operation::sum,
                               .method = "exact",
                               .isa = best_isa(),
                               .run = squared<float>()});
            }),
            "sum/exact/fp32 is registered already");
  EXPECT_EQ(complaint([] { (void)task("own one", outputs::one, squares(1)); }),
            "'own one" + allowed);
  EXPECT_EQ(complaint([] { (void)task("network", outputs::one, squares(1)); }),
            "'network' is the network experiment's name, not a task's");
  EXPECT_EQ(complaint([] { (void)task("own_task", outputs::one, {}); }),
            "the task 'own_task' has no reference");
}

TEST(register_kernel, puts_it_after_the_catalogs) {
  const std::size_t before = registered_kernels().size();
  EXPECT_GE(before, 5U * 5U * 4U * runnable_isas().size());
  register_kernel<float, double>("two_types", operation::mean, [](auto x) { return x[0]; });
  ASSERT_EQ(registered_kernels().size(), before + 2);
  EXPECT_EQ(registered_kernels()[before].type(), element_type::fp32);
  EXPECT_EQ(registered_kernels()[before + 1].type(), element_type::fp64);
  EXPECT_EQ(registered_kernels().front().task, task(operation::sum));
}

}  // namespace
}  // namespace permdelta::test

/// A user's kernel: what is wrong with it is said with the size and how far off it is, and one that
/// throws or dawdles keeps nobody from running.

#include <gtest/gtest.h>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cfenv>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/options.hpp"
#include "bench/registration.hpp"
#include "tests/bench/guest.hpp"
#include "tests/bench/naive.hpp"

namespace permdelta::test {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

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
  for (const double bad : {not_a_number, std::numeric_limits<double>::infinity()}) {
    const reduction<double> poisoned = [bad](std::span<const double>) { return bad; };
    expect_rejected(run_program(guest<double>(operation::mean, poisoned), {"--sizes=512"}), 2,
                    "on n = 512 integers, exact in every order, output 0 of 1 is ");
  }
  // By how much, nobody could say.
  const reduction<double> poisoned = [](std::span<const double>) { return not_a_number; };
  const outcome got = run_program(guest<double>(operation::mean, poisoned), {"--sizes=512"});
  EXPECT_EQ(message_of(got.rows.front()).find("off by"), std::string::npos);
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
                  "it threw something other than a std::exception");
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
  // Of the two rounding modes, the one that fegetround does not know of.
  const reduction<float> rounds_vectors_up = [](std::span<const float> x) {
    _MM_SET_ROUNDING_MODE(_MM_ROUND_UP);
    return left_to_right(x);
  };
  expect_rejected(run_program(guest<float>(operation::sum, rounds_vectors_up), {"--sizes=64"}), 2,
                  "it left the rounding mode or flush-to-zero changed");
  EXPECT_EQ(_MM_GET_ROUNDING_MODE(), unsigned{_MM_ROUND_NEAREST});
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

/// What others see of it is as if it had not been there: references that are made after its calls,
/// and are shared.
TEST(own_kernel, that_changes_how_others_calculate_before_references_are_made) {
  const auto welford = [](double (*rounded)(double)) -> reduction<double> {
    return [rounded](std::span<const double> x, std::span<double> y) {
      naive<double>(operation::layernorm)(x, y);
      y[0] = rounded(y[0]);
    };
  };
  const task what(operation::layernorm, eps_place::after_root, sums::updated);
  subject good = guest<double>(what, welford([](double y) { return y; }));
  const std::vector<std::string> flags{"--sizes=64,4096"};
  const nlohmann::json alone = run_program(good, flags).rows;
  subject bad = guest<double>(what, welford([](double y) {
                                std::fesetround(FE_UPWARD);
                                return y;
                              }));
  bad.method = "guest_before";
  const nlohmann::json after = run_program({bad, good}, flags).rows;
  ASSERT_EQ(alone.size(), 4U);
  ASSERT_EQ(after.size(), 8U);
  std::size_t compared = 0;
  for (const auto& row : alone)
    for (const auto& other : after)
      if (other.at("name") == row.at("name")) {
        EXPECT_EQ(other.at("max_error_ulp"), row.at("max_error_ulp"));
        EXPECT_EQ(other.at("max_perm_delta"), row.at("max_perm_delta"));
        ++compared;
      }
  EXPECT_EQ(compared, 4U);
}

TEST(own_kernel, whose_parts_or_instruction_sets_are_wrong) {
  reduction<float> run = naive<float>(operation::sum);
  run.in_parts = [](std::span<const float> x, std::size_t parts, std::span<float> y) {
    y[0] = left_to_right(x) + (parts == 3 ? 1000.0F : 0.0F);
  };
  expect_rejected(run_program(guest<float>(operation::sum, run), {"--sizes=64"}), 2,
                  "n = 64, in parts: output 0 of 1 is ");
  reduction<float> other = naive<float>(operation::sum);
  other.by_isa = {naive<float>(operation::sum),
                  reduction<float>([](std::span<const float>) { return 7.0F; })};
  expect_rejected(run_program(guest<float>(operation::sum, other), {"--sizes=64"}), 2,
                  "n = 64, by another instruction set: output 0 of 1 is 7, expected ");
}

/// The order that an output is wrong in, which need not be the first.
TEST(own_kernel, that_is_wrong_in_one_order_only) {
  const auto unless_sorted = [](float instead) -> reduction<float> {
    return [instead](std::span<const float> x) {
      return left_to_right(x) + (std::ranges::is_sorted(x) ? instead : 0);
    };
  };
  expect_rejected(run_program(guest<float>(operation::sum, unless_sorted(100)), {"--sizes=64"}), 2,
                  "n = 64, in order 1 (0 is the identity, 1 ascending, 2 descending, the rest "
                  "random): output 0 of 1 is ");
  expect_rejected(run_program(guest<float>(operation::sum,
                                           unless_sorted(std::numeric_limits<float>::quiet_NaN())),
                              {"--sizes=64"}),
                  2, "a result is not finite in order 1 (");
}

/// It is told, and the heap is as it was.
TEST(own_kernel, that_writes_beyond_its_outputs) {
  const reduction<float> each_in_one = [](std::span<const float> x, std::span<float> y) {
    for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = x[i];
  };
  expect_rejected(run_program(guest<float>(operation::sum, each_in_one), {"--sizes=2,8192"}), 4,
                  "it wrote beyond its output");
  const reduction<float> one_too_many = [](std::span<const float> x, std::span<float> y) {
    naive<float>(operation::rmsnorm)(x, y);
    y.data()[y.size()] = 7;
  };
  expect_rejected(run_program(guest<float>(operation::rmsnorm, one_too_many), {"--sizes=64"}), 2,
                  "it wrote beyond its outputs, of which there are 64");
}

/// -ffast-math does that before main.
TEST(own_kernel, in_a_program_that_rounds_otherwise) {
  std::fesetround(FE_DOWNWARD);
  std::string name = "bench";
  std::string flag = "--benchmark_filter=sum/exact/fp32/normal/n:2$";
  std::vector<char*> arguments{name.data(), flag.data()};
  testing::internal::CaptureStderr();
  EXPECT_EQ(bench_main(2, arguments.data()), failure);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("bench: rounding is not to nearest, or "),
            0U);
}

/// In whatever order numbers of workers were asked for, and by a function of its own for each.
TEST(own_kernel, that_has_threads) {
  reduction<float> run = [](std::span<const float>) { return 1.0F; };
  run.on_workers = [](std::size_t workers) -> reduction<float> {
    if (workers == 3) throw std::runtime_error("no pool");
    return [workers](std::span<const float>) { return static_cast<float>(workers); };
  };
  options asked;
  asked.workers = {2, 3, 1};
  const auto chosen = chosen_subjects({guest<float>(operation::sum, run)}, asked);
  ASSERT_EQ(chosen.size(), 3U);
  const auto result = [&](std::size_t i) {
    float y = 0;
    std::get<reduction<float>>(chosen[i].run)({}, 1, std::span(&y, 1));
    return y;
  };
  for (const std::size_t i : {0U, 1U, 2U}) EXPECT_EQ(chosen[i].workers, asked.workers[i]);
  EXPECT_EQ(result(0), 2);
  EXPECT_THROW((void)result(1), std::runtime_error);  // when its row is run, and others are
  EXPECT_EQ(result(2), 1);
}

/// Not wrong, and so no failure.
TEST(own_kernel, that_dawdles) {
  const reduction<float> dawdles = [](std::span<const float> x) {
    if (x.size() > 100) std::this_thread::sleep_for(std::chrono::milliseconds(450));
    return left_to_right(x);
  };
  const outcome got =
      run_program(guest<float>(operation::sum, dawdles), {"--sizes=64,512", "--study_limit=1"});
  ASSERT_EQ(got.rows.size(), 4U);
  EXPECT_EQ(got.exit_code, success) << got.log;
  for (const std::size_t i : {1U, 3U}) {
    const std::string message = message_of(got.rows[i]);
    EXPECT_EQ(message.find("too slow for its study: 3 calls took "), 0U) << message;
    EXPECT_GE(number_after(message, " took "), 1.35) << message;
    EXPECT_TRUE(got.rows[i - 1].contains("max_perm_delta")) << got.rows[i - 1];
  }
}

}  // namespace
}  // namespace permdelta::test

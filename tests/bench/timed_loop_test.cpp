/// What is timed: as many calls as asked for, in each form of a function, and nothing else.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/loop_overhead.hpp"
#include "bench/network_row.hpp"
#include "bench/reduction_row.hpp"
#include "guest.hpp"

namespace permdelta::test {
namespace {

TEST(timed_loop, calls_a_function_of_each_form) {
  const std::array<float, 6> x{1, 2, 3, 4, 5, 6};
  std::size_t calls = 0;
  // Of a call, its number and the last element: what stays in y is the last call's.
  const auto result = [&](std::span<const float> row) {
    return static_cast<float>(100 * ++calls) + row.back();
  };
  const reduction<float> one = result;
  const reduction<float> row = [&](std::span<const float> from, std::span<float> to) {
    to[0] = result(from);
  };
  const reduction<float> rows = [&](std::span<const float> from, std::size_t count,
                                    std::span<float> to) {
    for (std::size_t r = 0; r < count; ++r)
      to[r] = result(from.subspan(r * from.size() / count, from.size() / count));
  };
  for (const reduction<float>& each : {one, row, rows}) {
    std::array<float, 3> y{};
    calls = 0;
    each.repeat(0, x, 1, y);
    EXPECT_EQ(calls, 0U);
    each.repeat(7, x, 1, std::span(y).first(1));
    EXPECT_EQ(y, (std::array<float, 3>{706, 0, 0}));
    each.repeat(2, x, 3, y);
    EXPECT_EQ(y, (std::array<float, 3>{1102, 1204, 1306}));
    each(x, 3, y);
    EXPECT_EQ(y, (std::array<float, 3>{1402, 1504, 1606}));
  }
  EXPECT_THROW(
      reduction<float>(static_cast<float (*)(std::span<const float>)>(nullptr)).repeat(1, x, 1, {}),
      std::bad_function_call);
}

TEST(timed_loop, ends_where_the_function_throws) {
  std::size_t calls = 0;
  const reduction<float> tires = [&](std::span<const float>) {
    if (++calls == 5) throw std::runtime_error("tired");
    return 0.0F;
  };
  std::array<float, 1> y{};
  EXPECT_THROW(tires.repeat(10, y, 1, y), std::runtime_error);
  EXPECT_EQ(calls, 5U);
}

TEST(timed_loop, of_a_row_is_run_without_a_benchmark) {
  workspace shared(42, 1, 1, std::chrono::seconds(1));
  std::size_t calls = 0;
  const subject sum = guest<float>(operation::sum, [&](std::span<const float> x) {
    EXPECT_EQ(x.size(), 16U);
    ++calls;
    return 0.0F;
  });
  reduction_row(sum, distribution::normal, {16, 3}).prepare(shared, 0).run(5);
  EXPECT_EQ(calls, 15U);

  calls = 0;
  const subject layernorm = guest<float>(
      operation::layernorm, [&](std::span<const float> x, std::size_t rows, std::span<float>) {
        EXPECT_EQ((std::pair{x.size(), rows}), (std::pair<std::size_t, std::size_t>{32, 4}));
        ++calls;
      });
  const row::timed_loop passes =
      network_row(layernorm, distribution::normal, {.rows = 4, .width = 8, .layers = 3})
          .prepare(shared, 0);
  passes.run(2);
  passes.run(5);
  EXPECT_EQ(calls, 21U);
}

TEST(timed_loop, reads_and_writes_where_it_was_moved) {
  workspace shared(42, 1, 1, std::chrono::seconds(1));
  std::vector<const float*> read;
  std::vector<const float*> written;
  std::vector<std::vector<float>> seen;
  const subject layernorm = guest<float>(
      operation::layernorm, [&](std::span<const float> x, std::size_t, std::span<float> y) {
        read.push_back(x.data());
        written.push_back(y.data());
        seen.emplace_back(x.begin(), x.end());
        std::ranges::fill(y, 1.0F);
      });
  const reduction_row row(layernorm, distribution::normal, {1000, 2});
  const row::timed_loop loop = row.prepare(shared, 4096);
  constexpr std::pair<std::size_t, std::size_t> places[]{{0, 0}, {64, 0}, {0, 128}, {4032, 4032}};
  for (const auto& [x, y] : places) {
    loop.move(x, y);
    loop.run(1);
    EXPECT_EQ(seen.back(), seen.front());
    EXPECT_EQ(read.back() - read.front(), static_cast<std::ptrdiff_t>(x / sizeof(float)));
    EXPECT_EQ(written.back() - written.front(), static_cast<std::ptrdiff_t>(y / sizeof(float)));
  }
  const auto input = shared.input<float>(distribution::normal, {1000, 2});
  EXPECT_TRUE(std::ranges::equal(seen.front(), input));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.front()) % 64, 0U);
  EXPECT_FALSE(row.prepare(shared, 0).move);
}

TEST(timed_loop, has_an_iteration_a_call) {
  const auto calls_in = [](const char* repetitions) {
    auto calls = std::make_shared<std::size_t>(0);
    const outcome got = run_program(guest<double>(operation::sum,
                                                  [calls](std::span<const double> x) {
                                                    ++*calls;
                                                    return x[0] + x[1];
                                                  }),
                                    {"--sizes=2", repetitions});
    EXPECT_EQ(got.rows.at(0).at("iterations"), 1);
    return *calls;
  };
  const std::size_t seven = calls_in("--benchmark_repetitions=7");
  const std::size_t one = calls_in("--benchmark_repetitions=1");  // last: the library remembers it
  EXPECT_EQ(seven, one + 2 * 6);                                  // of two distributions
}

TEST(timed_loop, has_an_overhead) {
  const double overhead = loop_overhead_ns();
  EXPECT_GT(overhead, 0);
  EXPECT_TRUE(std::isfinite(overhead));
}

}  // namespace
}  // namespace permdelta::test

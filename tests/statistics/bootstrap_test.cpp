#include "tools/statistics/bootstrap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/statistics/reference.hpp"
#include "tests/statistics/samples.hpp"
#include "tools/statistics/median.hpp"
#include "tools/statistics/median_weights.hpp"

namespace permdelta::testing {
namespace {

using sample = std::vector<double>;

// A quotient of two values that may be rounded themselves, against another such quotient.
constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();

void expect_equal(interval a, interval b, const std::string& what) {
  EXPECT_EQ(a.low, b.low) << what;
  EXPECT_EQ(a.high, b.high) << what;
}

void expect_near(interval a, interval b, const std::string& what) {
  EXPECT_NEAR(a.low, b.low, rounding * b.low) << what;
  EXPECT_NEAR(a.high, b.high, rounding * b.high) << what;
}

/// Sizes and confidences that the properties are checked for: odd, even, unlike, one element.
template <class Check>
void for_each_pair(const Check& check) {
  std::uint32_t seed = 0;
  for (const std::size_t n : {1U, 2U, 3U, 5U, 6U, 10U, 21U})
    for (const std::size_t m : {1U, 2U, 4U, 5U, 9U, 20U})
      for (const double confidence : {0.5, 0.8, 0.95, 0.999}) {
        const std::string what = "n = " + std::to_string(n) + ", m = " + std::to_string(m) +
                                 ", confidence = " + std::to_string(confidence) +
                                 ", seed = " + std::to_string(++seed);
        check(times(n, 1e-6, seed), times(m, 1.2e-6, seed + 1000), confidence, what);
      }
}
constexpr std::size_t pairs = 7 * 6 * 4;

TEST(ratio_of_medians, is_that_of_all_resamples) {
  std::size_t compared = 0;
  for (reference& line : references("enumerated")) {
    const std::size_t n = line.count();
    const std::size_t m = line.count();
    const sample base = line.sample(n);
    const sample contender = line.sample(m);
    const double confidence = line.number();
    const double low = line.number();
    const double high = line.number();
    expect_equal(ratio_of_medians(base, contender, confidence), {low, high}, line.text());
    ++compared;
  }
  EXPECT_EQ(compared, 290);
}

/// An end of SciPy's interval is a quantile of B resamples. With probability q below the wanted
/// place of the distribution, the part of the resamples below it deviates from q by more than five
/// times sqrt(q (1-q) / B) in one of a million cases; 1/B more is what interpolation between two
/// resamples can move. So SciPy's end lies between ours for q less and q more this much.
TEST(ratio_of_medians, is_where_scipys_resamples_are) {
  std::size_t compared = 0;
  for (reference& line : references("drawn")) {
    const std::size_t n = line.count();
    const std::size_t m = line.count();
    const sample base = line.sample(n);
    const sample contender = line.sample(m);
    const double confidence = line.number();
    const auto resamples = static_cast<double>(line.count());
    const double low = line.number();
    const double high = line.number();

    const double q = (1 - confidence) / 2;
    const double deviation = 5 * std::sqrt(q * (1 - q) / resamples) + 1 / resamples;
    const interval wide = ratio_of_medians(base, contender, 1 - 2 * (q - deviation));
    const interval narrow = ratio_of_medians(base, contender, 1 - 2 * (q + deviation));
    EXPECT_LE(wide.low, low + rounding) << line.text();
    EXPECT_GE(narrow.low, low - rounding) << line.text();
    EXPECT_LE(narrow.high, high + rounding) << line.text();
    EXPECT_GE(wide.high, high - rounding) << line.text();
    // Which says something only if the two are near each other.
    EXPECT_LT(wide.high - wide.low, 1.1 * (narrow.high - narrow.low)) << line.text();
    ++compared;
  }
  EXPECT_EQ(compared, 8);
}

/// By the definition: a list of all ratios, in order.
[[nodiscard]] interval by_listing(sample base, sample contender, double confidence) {
  struct ratio {
    double value;
    double probability;
  };
  std::ranges::sort(base);
  std::ranges::sort(contender);
  std::vector<ratio> all;
  for (const auto& b : median_weights(base.size()))
    for (const auto& c : median_weights(contender.size()))
      all.push_back({((contender[c.first] + contender[c.second]) / 2) /
                         ((base[b.first] + base[b.second]) / 2),
                     b.probability * c.probability});
  std::ranges::sort(all, {}, &ratio::value);
  const auto first = [&](auto begin, auto end) {
    double reached = 0;
    for (; begin != end - 1; ++begin) {
      reached += begin->probability;
      if (reached >= (1 - confidence) / 2) break;
    }
    return begin->value;
  };
  return {first(all.begin(), all.end()), first(all.rbegin(), all.rend())};
}

TEST(ratio_of_medians, is_found_without_the_list) {
  std::size_t compared = 0;
  for (const std::size_t n : {8U, 11U, 24U, 31U})
    for (const std::size_t m : {7U, 12U, 30U})
      for (const double confidence : {0.3, 0.9, 0.95, 0.999}) {
        const auto base = times(n, 3, static_cast<std::uint32_t>(n));
        const auto contender = times(m, 4, static_cast<std::uint32_t>(m));
        expect_equal(ratio_of_medians(base, contender, confidence),
                     by_listing(base, contender, confidence), std::to_string(n));
        ++compared;
      }
  EXPECT_EQ(compared, 48);
}

TEST(ratio_of_medians, scales_with_the_samples) {
  std::size_t compared = 0;
  for_each_pair([&](const sample& base, const sample& contender, double confidence,
                    const std::string& what) {
    const interval one = ratio_of_medians(base, contender, confidence);
    expect_equal(ratio_of_medians(scaled(base, 0x1p-30), scaled(contender, 0x1p-30), confidence),
                 one, what);
    expect_equal(ratio_of_medians(base, scaled(contender, 4), confidence),
                 {4 * one.low, 4 * one.high}, what);
    expect_near(ratio_of_medians(scaled(base, 1.7), scaled(contender, 0.3), confidence),
                {0.3 / 1.7 * one.low, 0.3 / 1.7 * one.high}, what);
    ++compared;
  });
  EXPECT_EQ(compared, pairs);
}

TEST(ratio_of_medians, is_the_reciprocal_of_the_samples_swapped) {
  std::size_t compared = 0;
  for_each_pair(
      [&](const sample& base, const sample& contender, double confidence, const std::string& what) {
        const interval one = ratio_of_medians(base, contender, confidence);
        const interval other = ratio_of_medians(contender, base, confidence);
        expect_near(one, {1 / other.high, 1 / other.low}, what);
        ++compared;
      });
  EXPECT_EQ(compared, pairs);
}

TEST(ratio_of_medians, does_not_depend_on_the_order) {
  std::size_t compared = 0;
  for_each_pair(
      [&](const sample& base, const sample& contender, double confidence, const std::string& what) {
        const interval one = ratio_of_medians(base, contender, confidence);
        sample up = base;
        std::ranges::sort(up);
        sample down = contender;
        std::ranges::sort(down, std::greater{});
        expect_equal(ratio_of_medians(up, down, confidence), one, what);
        std::ranges::reverse(up);
        std::rotate(down.begin(), down.begin() + static_cast<std::ptrdiff_t>(down.size() / 3),
                    down.end());
        expect_equal(ratio_of_medians(up, down, confidence), one, what);
        ++compared;
      });
  EXPECT_EQ(compared, pairs);
}

TEST(ratio_of_medians, of_a_sample_and_itself_is_around_1) {
  std::size_t compared = 0;
  for_each_pair([&](const sample& base, const sample&, double confidence, const std::string& what) {
    const interval one = ratio_of_medians(base, base, confidence);
    EXPECT_LE(one.low, 1) << what;
    EXPECT_GE(one.high, 1) << what;
    EXPECT_NEAR(one.low * one.high, 1, rounding) << what;
    const sample equal(base.size(), base[0]);
    expect_equal(ratio_of_medians(equal, equal, confidence), {1, 1}, what);
    ++compared;
  });
  EXPECT_EQ(compared, pairs);
}

TEST(ratio_of_medians, is_wider_with_more_confidence) {
  std::size_t compared = 0;
  std::size_t wider = 0;
  for_each_pair(
      [&](const sample& base, const sample& contender, double confidence, const std::string& what) {
        const interval one = ratio_of_medians(base, contender, confidence);
        const interval more = ratio_of_medians(base, contender, 1 - (1 - confidence) / 4);
        EXPECT_LE(more.low, one.low) << what;
        EXPECT_GE(more.high, one.high) << what;
        wider += more.low < one.low && more.high > one.high;
        ++compared;
      });
  EXPECT_EQ(compared, pairs);
  EXPECT_GT(wider, pairs / 2);
}

TEST(ratio_of_medians, of_one_element_each_is_their_quotient) {
  for (const double confidence : {0.01, 0.95, 1 - 0x1p-53})
    expect_equal(ratio_of_medians(sample{3}, sample{2}, confidence), {2.0 / 3, 2.0 / 3}, "");
}

TEST(ratio_of_medians, reaches_the_extremes) {
  const sample base{1, 2, 4};
  const sample contender{8, 16, 32, 64};
  expect_equal(ratio_of_medians(base, contender, 1 - 0x1p-53), {2, 64}, "");
  // The middle of the distribution: nearly the ratio of the medians themselves.
  const interval middle = ratio_of_medians(base, contender, 0x1p-60);
  EXPECT_LE(middle.low, middle.high);
  EXPECT_EQ(middle.low, median(contender) / median(base));
  expect_equal(ratio_of_medians(sample{1e-300}, sample{1e300}), {infinity, infinity}, "");
  expect_equal(ratio_of_medians(sample{1e300}, sample{1e-300}), {0, 0}, "");
  constexpr double largest = std::numeric_limits<double>::max();
  constexpr double tiny = std::numeric_limits<double>::denorm_min();
  expect_equal(ratio_of_medians(sample{largest, largest}, sample{largest, largest}), {1, 1}, "");
  expect_equal(ratio_of_medians(sample{tiny, tiny}, sample{tiny, tiny}), {1, 1}, "");
}

TEST(ratio_of_medians, refuses_what_is_no_sample) {
  const auto of = [](const sample& base, const sample& contender, double confidence) {
    return misuse([&] { static_cast<void>(ratio_of_medians(base, contender, confidence)); });
  };
  const sample good{1, 2};
  EXPECT_EQ(of(good, good, 0.5), "");
  EXPECT_EQ(of({}, good, 0.5), "ratio_of_medians: base is empty");
  EXPECT_EQ(of(good, {}, 0.5), "ratio_of_medians: contender is empty");
  const std::string bad = " is not a positive finite number";
  EXPECT_EQ(of({1, not_a_number}, good, 0.5), "ratio_of_medians: base[1]" + bad);
  EXPECT_EQ(of({0}, good, 0.5), "ratio_of_medians: base[0]" + bad);
  EXPECT_EQ(of(good, {1, 2, -3}, 0.5), "ratio_of_medians: contender[2]" + bad);
  EXPECT_EQ(of(good, {infinity}, 0.5), "ratio_of_medians: contender[0]" + bad);
  for (const double confidence : {0.0, 1.0, -0.5, 95.0, infinity, not_a_number})
    EXPECT_EQ(of(good, good, confidence), "ratio_of_medians: confidence is not between 0 and 1");
}

}  // namespace
}  // namespace permdelta::testing

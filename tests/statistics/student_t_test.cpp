#include "tools/statistics/student_t.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace permdelta::testing {
namespace {

struct quantile {
  double degrees;
  double confidence;
  double t;
};

/// Tables of textbooks, to as many digits as they have.
TEST(student_t, is_the_tables) {
  constexpr std::array<quantile, 12> table{{{1, 0.95, 12.706},
                                            {2, 0.95, 4.303},
                                            {3, 0.95, 3.182},
                                            {4, 0.95, 2.776},
                                            {6, 0.95, 2.447},
                                            {8, 0.95, 2.306},
                                            {10, 0.95, 2.228},
                                            {30, 0.95, 2.042},
                                            {120, 0.95, 1.980},
                                            {1e6, 0.95, 1.960},
                                            {5, 0.99, 4.032},
                                            {20, 0.5, 0.687}}};
  for (const auto& [degrees, confidence, t] : table)
    EXPECT_NEAR(student_t(degrees, confidence), t, 5.1e-4) << degrees << ' ' << confidence;
}

/// Where the quantile has a closed form: 1, 2 and 4 degrees of freedom.
TEST(student_t, is_the_closed_forms) {
  for (const double p : {0.5, 0.9, 0.95, 0.99, 0.999}) {
    EXPECT_NEAR(student_t(1, p) / std::tan(std::numbers::pi / 2 * p), 1, 1e-9);
    EXPECT_NEAR(student_t(2, p) / (p * std::sqrt(2 / (1 - p * p))), 1, 1e-9);
    const double alpha = (1 - p) * (1 + p);
    const double q = std::cos(std::acos(std::sqrt(alpha)) / 3) / std::sqrt(alpha);
    EXPECT_NEAR(student_t(4, p) / (2 * std::sqrt(q - 1)), 1, 1e-9);
  }
}

TEST(student_t, grows_between_whole_degrees) {
  EXPECT_GT(student_t(4.5, 0.95), student_t(5, 0.95));
  EXPECT_LT(student_t(4.5, 0.95), student_t(4, 0.95));
}

TEST(student_t, refuses) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [degrees, confidence] :
       {std::array{0.5, 0.95}, std::array{3.0, 1.0}, std::array{3.0, 0.0}, std::array{none, 0.9}})
    EXPECT_THROW(static_cast<void>(student_t(degrees, confidence)), std::invalid_argument);
}

}  // namespace
}  // namespace permdelta::testing

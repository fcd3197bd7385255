/// Softmax's masks, elements that are -infinity: every kernel passes with them, in any order, in
/// parts and by every instruction set, and nothing passes that leaves anything of one.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "bench/catalog_subjects.hpp"
#include "bench/input.hpp"
#include "bench/options.hpp"
#include "bench/registration.hpp"
#include "bench/workers.hpp"
#include "kernels/catalog.hpp"
#include "tests/bench/typed.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::size_t rows = 5;

/// Normal rows, of which row r has its last r quarters masked, but for an element.
template <element T>
class masked {
 public:
  explicit masked(std::size_t n) : x_(make_input_rows<T>(distribution::normal, rows, n, 42)) {
    const T mask = from_double<T>(-std::numeric_limits<double>::infinity());
    for (std::size_t r = 0; r < rows; ++r) {
      const auto row = std::span<T>(x_).subspan(r * n, n);
      std::fill(row.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, n - r * n / 4)),
                row.end(), mask);
      references_.push_back(make_reference<T>(operation::softmax, std::span<const T>(row)));
    }
  }

  [[nodiscard]] std::span<const T> x() const { return x_; }
  [[nodiscard]] std::span<const typed_reference<T>> references() const { return references_; }

 private:
  aligned_vector<T> x_;
  std::vector<typed_reference<T>> references_;
};

std::vector<subject> softmax_subjects() {
  options all;
  all.isas = runnable_isas();
  all.types = {element_type::fp64, element_type::fp32, element_type::fp16, element_type::bf16};
  all.workers = has_workers() ? std::vector<std::size_t>{1, 3} : std::vector<std::size_t>{1};
  std::vector<subject> subjects = chosen_subjects(catalog_subjects(), all);
  std::erase_if(subjects, [](const subject& s) { return s.task != task(operation::softmax); });
  return subjects;
}

TEST(mask, stands_in_no_kernels_way) {
  std::size_t studied = 0;
  for (const subject& each : softmax_subjects())
    for (const std::size_t n : {1U, 7U, 100U, 1000U})
      std::visit(
          [&]<element T>(const reduction<T>& run) {
            const masked<T> input(n);
            random_orders orders(n, 10, 42);
            ASSERT_EQ(validate<T>(run, input.x(), input.references()), "") << each.method;
            const study_result study = run_study<T>(run, input.x(), input.references(), orders);
            EXPECT_LT(study.max_error_ulp, n) << each.method << ", n " << n;
            if (each.method == "exact") {
              EXPECT_EQ(study.distinct_results, 1U) << "n " << n;
              EXPECT_EQ(study.split_delta_ulp, 0) << "n " << n;
              EXPECT_EQ(study.isa_delta_ulp, 0) << "n " << n;
              EXPECT_GE(run.fallback_rate(input.x(), rows), 0) << "n " << n;
            }
            ++studied;
          },
          each.run);
  EXPECT_GE(studied, 5U * 4U * 4U);
}

TEST(mask, is_exactly_zero) {
  const masked<float> input(100);
  const auto of = [&](float masked_to) -> reduction<float> {
    return [&input, masked_to](std::span<const float> x, std::size_t, std::span<float> y) {
      for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = x[i] < -1e30F ? masked_to : input.references()[i / 100].result[i % 100];
    };
  };
  EXPECT_EQ(validate<float>(of(0), input.x(), input.references()), "");
  EXPECT_EQ(validate<float>(of(-0.0F), input.x(), input.references()), "");
  EXPECT_EQ(validate<float>(of(1e-45F), input.x(), input.references()).find("output 175 of 500 is"),
            0U);
}

}  // namespace
}  // namespace permdelta::test

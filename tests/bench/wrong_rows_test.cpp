/// One row of many that is wrong, by a single element, by its place, or by not being there: the two
/// checks before a row is timed find it, between them.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "bench/input.hpp"
#include "bench/probe.hpp"
#include "bench/study.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::size_t rows = 17;

/// What is done to one of the rows: an element is counted so many times more.
struct flaw {
  std::size_t row = std::numeric_limits<std::size_t>::max();
  std::size_t element = 0;
  int times = -1;
};

template <element T>
[[nodiscard]] reduction<T> with_flaw(operation op, const flaw& what) {
  return [op, what](std::span<const T> x, std::size_t count, std::span<T> y) {
    using C = compute_t<T>;
    const std::size_t n = x.size() / count;
    for (std::size_t r = 0; r < count; ++r) {
      const auto sum = [&](std::span<const C> values) {
        const C total = left_to_right(values);
        return r == what.row ? total + static_cast<C>(what.times) * values[what.element] : total;
      };
      const std::size_t results = y.size() / count;
      calculate<T>(op, x.subspan(r * n, n), y.subspan(r * results, results), sum);
    }
  };
}

/// What a row of the benchmark is asked, on rows of n normal numbers.
template <element T>
class judge {
 public:
  judge(operation op, std::size_t n)
      : op_(op), n_(n), x_(make_input_rows<T>(distribution::normal, rows, n, 42)) {
    for (std::size_t r = 0; r < rows; ++r)
      references_.push_back(make_reference<T>(op, std::span<const T>(x_).subspan(r * n, n)));
  }

  [[nodiscard]] bool accepts(const reduction<T>& run) const {
    return validate_on_integers<T>(run, op_, n_, rows).empty() &&
           validate<T>(run, x_, references_).empty();
  }

 private:
  operation op_;
  std::size_t n_;
  aligned_vector<T> x_;
  std::vector<typed_reference<T>> references_;
};

template <class T>
class wrong_rows_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16>;
TYPED_TEST_SUITE(wrong_rows_of, element_types);

TYPED_TEST(wrong_rows_of, an_element_too_few_or_too_many_in_one_row) {
  using T = TypeParam;
  tally judged;
  for (const operation op : operations)
    for (const std::size_t n : {2U, 16U, 256U, 1000U, 4096U}) {
      // An element moves a mean, a variance or a sum by a part in n, and its square or exponential
      // may be a small one: which halves can't show.
      if (std::same_as<T, fp16> && output_size(op, n) == n &&
          n > (op == operation::layernorm ? 256U : 16U))
        continue;
      const judge<T> asked(op, n);
      judged.check(asked.accepts(with_flaw<T>(op, {})),
                   [&] { return "the right one is rejected"; });
      for (const std::size_t row : {std::size_t{0}, std::size_t{1}, std::size_t{8}, rows - 1})
        for (const std::size_t element : {std::size_t{1}, n / 2, n - 1})
          for (const int times : {-1, 1})
            judged.check(!asked.accepts(with_flaw<T>(op, {row, element, times})), [&] {
              return std::string(name(op)) + ", n = " + std::to_string(n) + ": element " +
                     std::to_string(element) + " of row " + std::to_string(row) +
                     " counted so many times more: " + std::to_string(times);
            });
    }
  EXPECT_GE(judged.compared(), (5U + 5U + 3U + 2U + 2U) * 25U);
}

TYPED_TEST(wrong_rows_of, a_row_in_the_place_of_another_or_missing) {
  using T = TypeParam;
  tally judged;
  for (const operation op : operations)
    for (const std::size_t n : {5U, 100U, 1000U}) {  // two normalized numbers are always -1 and 1
      const judge<T> asked(op, n);
      const auto right = with_flaw<T>(op, {});
      for (std::size_t from = 1; from < rows; ++from) {
        const reduction<T> mixed_up = [&](std::span<const T> x, std::size_t count, std::span<T> y) {
          right(x, count, y);
          const std::size_t results = y.size() / count;
          std::ranges::copy(y.subspan(from * results, results), y.begin());
        };
        judged.check(!asked.accepts(mixed_up), [&] {
          return std::string(name(op)) + ", n = " + std::to_string(n) + ": row 0 is row " +
                 std::to_string(from);
        });
      }
      const reduction<T> stops_early = [&](std::span<const T> x, std::size_t count,
                                           std::span<T> y) {
        right(x.first(x.size() / count * (count - 1)), count - 1,
              y.first(y.size() / count * (count - 1)));
      };
      judged.check(!asked.accepts(stops_early), [&] { return "the last row is not written"; });
    }
  EXPECT_EQ(judged.compared(), operations.size() * 3U * rows);
}

}  // namespace
}  // namespace permdelta::test

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

// However many rows a kernel is given, each of them gets the bits that it gets alone: kernels take
// several at a time, side by side or step by step.

namespace permdelta::test {
namespace {

/// Rows of every shape, one after the other, one in seven with something that is not finite.
template <element T>
std::vector<T> mixed_rows(std::size_t rows, std::size_t n, splitmix64& random) {
  std::vector<T> x;
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<T> row = make_input<T>(shapes[random.below(shapes.size())].kind, n, random());
    if (n > 0 && r % 7 == 6)
      row[random.below(n)] = from_bits<T>(infinity_bits<T> + random.below(2));
    x.insert(x.end(), row.begin(), row.end());
  }
  return x;
}

TEST(rows, each_has_the_bits_that_it_has_alone) {
  splitmix64 random(7);
  tally right;
  for_each_kernel([&]<element T>(const kernel& k, const kernel_function<T>& run_kernel) {
    for (const std::size_t n : {0UL, 1UL, 2UL, 7UL, 8UL, 15UL, 16UL, 33UL, 128UL, 300UL, 1029UL})
      for (const std::size_t rows : {2UL, 3UL, 5UL, 16UL, 17UL, 37UL}) {
        const auto x = mixed_rows<T>(rows, n, random);
        const std::size_t results = output_size(k.operation, n);
        std::vector<T> y(rows * results);
        run_kernel.reduce(x.data(), rows, n, y.data(), default_eps);
        for (std::size_t r = 0; r < rows; ++r) {
          const auto alone = run<T>(run_kernel, k.operation, std::span(x).subspan(r * n, n));
          for (std::size_t i = 0; i < results; ++i)
            right.check(same(alone[i], y[r * results + i]), [&] {
              return label(k) + ", row " + std::to_string(r) + " of " + std::to_string(rows) +
                     ", n = " + std::to_string(n) + ", result " + std::to_string(i);
            });
        }
      }
  });
  EXPECT_GT(right.compared(), 100000U);
}

}  // namespace
}  // namespace permdelta::test

/// Inputs that are more than caches keep: kernels prefetch there, store past the caches, and take
/// rows one at a time, and none of it may move a bit.

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Some more elements than 8 MiB have, where `far` begins.
template <element T>
constexpr std::size_t many = (std::size_t{8} << 20) / sizeof(T) + 1029;

template <element T>
void check_long_row() {
  tally agreed;
  const auto x = make_input<T>(shape::normal, many<T>, 5);
  std::map<std::tuple<operation, method, int>, std::vector<T>> definitions;
  for_each_kernel_of<T>([&](const kernel& k, auto function) {
    if (k.method == method::kahan) return;  // not fixed by the definition, and nothing of its own
    auto& expected = definitions[{k.operation, k.method, k.lanes}];
    if (expected.empty()) {
      expected = evaluate<T>(k.operation, x, [&](std::span<const compute_t<T>> values) {
        return fixed_order_sum(k.method, k.lanes, values);
      });
      if (k.method == method::exact && k.operation == operation::sum)
        expected[0] = reference_sum<T>(x);
    }
    // Streamed where y is aligned to a vector, stored elsewhere.
    const std::size_t results = output_size(k.operation, x.size());
    std::vector<T> memory(results + 128 / sizeof(T));
    const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
    T* const aligned = memory.data() + (64 - address % 64) % 64 / sizeof(T);
    for (T* y : {aligned, aligned + 1}) {
      function(x.data(), x.size(), y);
      agreed.check(same<T>(std::span<const T>(y, results), expected), [&] {
        return label(k) + (y == aligned ? " to aligned memory" : " to memory off by one element");
      });
    }
  });
  EXPECT_GE(agreed.compared(), 3U * 4U * 2U);
}

TEST(far, one_long_row_fp64) {
  check_long_row<double>();
}
TEST(far, one_long_row_fp32) {
  check_long_row<float>();
}
TEST(far, one_long_row_fp16) {
  check_long_row<fp16>();
}
TEST(far, one_long_row_bf16) {
  check_long_row<bf16>();
}

template <element T>
void check_many_rows(std::size_t n) {
  tally agreed;
  constexpr std::size_t at_a_time = 64;  // which are near
  const std::size_t rows = many<T> / n + 1;
  const auto x = make_input<T>(shape::normal, rows * n, 6);
  for_each_kernel_of<T>([&](const kernel& k, const kernel_function<T>& run_kernel) {
    const std::size_t results = output_size(k.operation, n);
    std::vector<T> at_once(rows * results);
    std::vector<T> in_pieces(rows * results);
    run_kernel.reduce(x.data(), rows, n, at_once.data(), default_eps);
    for (std::size_t r = 0; r < rows; r += at_a_time)
      run_kernel.reduce(x.data() + r * n, std::min(at_a_time, rows - r), n,
                        in_pieces.data() + r * results, default_eps);
    agreed.check(same<T>(std::span<const T>(at_once), in_pieces), [&] {
      return label(k) + ", " + std::to_string(rows) + " rows of " + std::to_string(n);
    });
  });
  EXPECT_GE(agreed.compared(), 3U * 5U);
}

TEST(far, many_rows) {
  for (const std::size_t n : {1024U, 1001U}) {
    check_many_rows<double>(n);
    check_many_rows<float>(n);
    check_many_rows<fp16>(n);
    check_many_rows<bf16>(n);
  }
}

}  // namespace
}  // namespace permdelta::test

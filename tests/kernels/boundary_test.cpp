/// The edges of memory: no elements, one element, any alignment, nothing outside touched.

#include "tests/kernels/buffers.hpp"
#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <element T>
[[nodiscard]] T quiet_nan() {
  return stored<T>(std::numeric_limits<compute_t<T>>::quiet_NaN());
}

/// Small sizes around every register and unrolled loop, and one past the blocks of `pairwise`.
[[nodiscard]] std::vector<std::size_t> edge_sizes() {
  std::vector<std::size_t> all{127, 128, 129, 191, 255, 256, 257, 260, 511, 513, 1000, 2049, 4099};
  for (std::size_t n = 0; n <= 100; ++n) all.push_back(n);
  return all;
}

TEST(boundary, no_elements) {
  std::size_t kernels = 0;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    ++kernels;
    const heap_block<T> empty({}, quiet_nan<T>(), 0);
    const T sentinel = stored<T>(42);
    for (const T* x :
         {static_cast<const T*>(empty.data().data()), static_cast<const T*>(nullptr)}) {
      T y = sentinel;
      function(x, 0, &y);
      switch (k.operation) {
        case operation::sum:
          EXPECT_EQ(bits_of(y), 0U) << label(k);
          break;
        case operation::mean:
          EXPECT_TRUE(is_nan(y)) << label(k) << " " << show(y);
          break;
        default:
          EXPECT_EQ(bits_of(y), bits_of(sentinel)) << label(k);
          break;
      }
    }
  });
  EXPECT_GE(kernels, 36U);
}

TEST(boundary, one_element) {
  tally compared;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    for (const double value : {1.0, -2.5, 0x1p-14, 60000.0, -0.0, 0.0}) {
      const T x = stored<T>(static_cast<compute_t<T>>(value));
      T y{};
      function(&x, 1, &y);
      const T expected =
          evaluate<T>(k.operation, std::span(&x, 1), sequential_sum<compute_t<T>>)[0];
      compared.check(bits_of(y) == bits_of(expected),
                     [&] { return label(k) + " of " + show(x) + ": " + show(y); });
    }
  });
  EXPECT_GE(compared.compared(), 36U * 6U);
}

/// At every misalignment: the same bits, n results, and the sentinels around them untouched.
template <element T>
void check_alignment() {
  tally compared;
  const T sentinel = stored<T>(-42);
  for (const std::size_t n : edge_sizes()) {
    const auto x = make_input<T>(shape::normal, n, n);
    for_each_kernel_of<T>([&](const kernel& k, auto function) {
      const auto expected = run<T>(function, k.operation, x);
      const std::size_t outputs = expected.size();
      for (const std::size_t shift : {0U, 1U, 3U}) {
        const heap_block<T> input(x, quiet_nan<T>(), shift);
        std::vector<T> around(outputs + 16, sentinel);
        const heap_block<T> output(around, sentinel, shift);
        T* const y = output.data().data() + 8;
        function(input.data().data(), n, y);
        compared.check(same<T>(std::span<const T>(y, outputs), expected), [&] {
          return label(k) + " depends on alignment: n = seed = " + std::to_string(n) +
                 ", shift = " + std::to_string(shift);
        });
        const bool untouched =
            std::all_of(y - 8, y, [&](T v) { return same(v, sentinel); }) &&
            std::all_of(y + outputs, y + outputs + 8, [&](T v) { return same(v, sentinel); });
        compared.check(untouched, [&] {
          return label(k) + " writes outside its output: n = " + std::to_string(n);
        });
        compared.check(same<T>(std::span<const T>(input.data()), x),
                       [&] { return label(k) + " writes to its input"; });
      }
    });
  }
  EXPECT_GE(compared.compared(), 12U * 9U * edge_sizes().size());
}

TEST(boundary, alignment_fp64) {
  check_alignment<double>();
}
TEST(boundary, alignment_fp32) {
  check_alignment<float>();
}
TEST(boundary, alignment_fp16) {
  check_alignment<fp16>();
}
TEST(boundary, alignment_bf16) {
  check_alignment<bf16>();
}

/// Input and output end, then begin, at a page that can't be touched: a kernel that reads or writes
/// past them crashes here. Whole registers of masked-out lanes are allowed to look there; the
/// hardware does not fault for those.
template <element T>
void check_fences() {
  tally compared;
  for (const std::size_t n : edge_sizes()) {
    const auto x = make_input<T>(shape::normal, n, n);
    for (const edge at : {edge::front, edge::back}) {
      const fenced_block<T> input(x, at);
      for_each_kernel_of<T>([&](const kernel& k, auto function) {
        const std::vector<T> zeros(output_size(k.operation, n));
        const fenced_block<T> output(zeros, at);
        function(input.data().data(), n, output.data().data());
        compared.check(
            same<T>(std::span<const T>(output.data()), run<T>(function, k.operation, x)),
            [&] { return label(k) + ": other bits at a page's edge, n = " + std::to_string(n); });
      });
    }
  }
  EXPECT_GE(compared.compared(), 2U * 12U * edge_sizes().size());
}

TEST(boundary, fences_fp64) {
  check_fences<double>();
}
TEST(boundary, fences_fp32) {
  check_fences<float>();
}
TEST(boundary, fences_fp16) {
  check_fences<fp16>();
}
TEST(boundary, fences_bf16) {
  check_fences<bf16>();
}

/// The traps above do catch: AddressSanitizer is not needed for the fence.
TEST(boundary_death, a_fence_is_fatal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::vector<float> x(10, 1.0F);
  const fenced_block<float> block(x, edge::back);
  const volatile float* const last = block.data().data() + 9;
  EXPECT_EQ(*last, 1.0F);
  EXPECT_DEATH(static_cast<void>(last[1]), "");
  const fenced_block<float> front(x, edge::front);
  volatile float* const first = front.data().data();
  EXPECT_DEATH(first[-1] = 1.0F, "");
}

}  // namespace
}  // namespace permdelta::test

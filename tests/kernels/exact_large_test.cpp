/// `exact` beyond the sizes at which counters and conversions run out of bits. Memory is lent: one
/// file of some pages, mapped over and over.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// n elements of which the same 2 MiB come again and again, written or read.
template <element T>
class repeated {
 public:
  explicit repeated(std::size_t n) : size_((n * sizeof(T) + period - 1) / period * period) {
    const int file = memfd_create("repeated", 0);
    EXPECT_EQ(ftruncate(file, period), 0);
    base_ = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (std::size_t at = 0; at < size_; at += period)
      EXPECT_NE(mmap(static_cast<char*>(base_) + at, period, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED, file, 0),
                MAP_FAILED);
    close(file);
  }
  repeated(const repeated&) = delete;
  repeated& operator=(const repeated&) = delete;
  ~repeated() { munmap(base_, size_); }

  [[nodiscard]] T* data() noexcept { return static_cast<T*>(base_); }
  [[nodiscard]] std::span<T> one_period() noexcept { return {data(), period / sizeof(T)}; }

 private:
  static constexpr std::size_t period = std::size_t{1} << 21;
  std::size_t size_;
  void* base_;
};

const kernel& best_exact(operation op, element_type type) {
  return *find_kernel(op, method::exact, type, best_isa());
}

/// The first bin of that many squares does not fit 128 bits in units of the second.
TEST(exact_large, layernorm_of_many_doubles) {
  constexpr std::size_t n = 0x5000000;
  repeated<double> x(n), y(n);
  double sign = 1.9;
  for (double& value : x.one_period()) value = sign = -sign;
  std::get<kernel_function<double>>(best_exact(operation::layernorm, element_type::fp64).run)(
      x.data(), n, y.data());
  // n times one number is a product, rounded once as the sum is.
  const auto count = static_cast<double>(n);
  const double variance = count * (1.9 * 1.9) / count;
  const double expected = 1.9 / (std::sqrt(variance) + 1e-6);
  EXPECT_EQ(y.data()[0], -expected);
  EXPECT_EQ(y.data()[n - 1], expected);
}

/// 2^24 + 1 is no float: converting it raises the flag, but not while sums are watched. (As the sum
/// of squares and of exponentials it is a midpoint, which no error bound decides.)
TEST(exact_large, a_count_that_rounds_refuses_no_block) {
  constexpr std::size_t n = (1 << 24) + 1;
  repeated<float> x(n), y(n);
  std::ranges::fill(x.one_period(), 1.0F);
  for (const operation op : {operation::sum, operation::mean, operation::layernorm}) {
    const auto counts = std::get<kernel_function<float>>(best_exact(op, element_type::fp32).run)(
        x.data(), n, y.data());
    EXPECT_EQ(counts.refused, 0U) << name(op);
    EXPECT_GE(counts.blocks, n / 16384);
    if (op != operation::layernorm) {
      EXPECT_EQ(y.data()[0], op == operation::sum ? 0x1p24F : 1.0F);
    }
  }
}

}  // namespace
}  // namespace permdelta::test

#include "kernels/operation/run.hpp"

#include <algorithm>

#include "kernels/exact/watched.hpp"
#include "kernels/operation/operations.hpp"
#include "kernels/operation/whole_rows.hpp"
#include "kernels/tuning.hpp"

namespace permdelta {
namespace {

// How many rows an operation is given at a time: what stays in the first cache between its passes,
// of which it takes 16 KiB; one from memory, where more are more streams than it likes to have; or
// as many as the method likes.
template <element T>
std::size_t rows_at_a_time(const sum_primitives<T>& sums, std::size_t n, bool far) noexcept {
  constexpr std::size_t near = 16384 / sizeof(T);
  const std::size_t rows = far ? 1 : n == 0 ? max_rows : near / n;
  return std::clamp(rows, sums.side_by_side, max_rows);
}

template <operation Which, element T>
[[gnu::noinline]] void run_batch(const kernel_function<T>& by, const T* x, std::size_t rows,
                                 std::size_t n, T* y, double eps, bool far,
                                 exact_call* call) noexcept {
  const std::size_t results = output_size(Which, n);
  const std::size_t few = rows_at_a_time(*by.sums, n, far);
  for (std::size_t r = 0; r < rows; r += few) {
    whole_rows<T, max_rows> some(*by.row, *by.sums, call, x + r * n, std::min(few, rows - r), n,
                                 far, y + r * results);
    operations::run<Which>(some, eps);
  }
}

template <operation Which, element T>
[[gnu::always_inline]] inline void run_rows(const kernel_function<T>& by, const T* x,
                                            std::size_t rows, std::size_t n, T* y, double eps,
                                            exact_call* call) noexcept {
  const bool far = is_far(rows * n, 64 / sizeof(T));
  if (rows == 1) [[likely]] {  // compiled for itself: little of it goes through memory
    whole_rows<T, 1> row(*by.row, *by.sums, call, x, 1, n, far, y);
    operations::run<Which>(row, eps);
  } else {
    run_batch<Which>(by, x, rows, n, y, eps, far, call);
  }
  if (output_size(Which, 2) == 2 && far) by.row->end_streams();
}

template <operation Which, element T>
tier_counts run_plainly(const kernel_function<T>& by, const T* x, std::size_t rows, std::size_t n,
                        T* y, double eps) noexcept {
  run_rows<Which>(by, x, rows, n, y, eps, nullptr);
  return {};
}

template <operation Which, element T>
tier_counts run_exactly(const kernel_function<T>& by, const T* x, std::size_t rows, std::size_t n,
                        T* y, double eps) noexcept {
  return watched([&](exact_call* call) { run_rows<Which>(by, x, rows, n, y, eps, call); });
}

}  // namespace

template <element T>
run_function<T> run_of(operation which, method how) noexcept {
  return operations::with(which, [=]<operation Which>() -> run_function<T> {
    return how == method::exact ? &run_exactly<Which, T> : &run_plainly<Which, T>;
  });
}

template run_function<double> run_of<double>(operation, method) noexcept;
template run_function<float> run_of<float>(operation, method) noexcept;
template run_function<fp16> run_of<fp16>(operation, method) noexcept;
template run_function<bf16> run_of<bf16>(operation, method) noexcept;

}  // namespace permdelta

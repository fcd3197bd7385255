#include "bench/workers.hpp"

#include <algorithm>
#include <variant>
#include <vector>

#include "kernels/parts.hpp"

namespace permdelta {
namespace {

// One iteration a thread.
template <class Body>
void in_parallel(std::size_t count, const Body& body) {
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(count))
  for (std::size_t k = 0; k < count; ++k) body(k);
}

}  // namespace

bool has_workers() noexcept {
#ifdef _OPENMP
  return true;
#else
  return false;
#endif
}

template <element T>
reduction<T> with_workers(const kernel& k, std::size_t workers) {
  return [&k, run = std::get<kernel_function<T>>(k.run), workers,
          sums = std::vector<partial_sum<compute_t<T>>>(workers)](
             std::span<const T> x, std::size_t rows, std::span<T> y) mutable {
    if (rows == 1) {
      const part_loop loop = [](std::size_t count, const auto& body) { in_parallel(count, body); };
      reduce_in_parts<T>(k, x, y, sums, loop);
      return;
    }
    const std::size_t n = x.size() / rows;
    const std::size_t results = y.size() / rows;
    const std::size_t threads = std::min(workers, rows);
    in_parallel(threads, [&](std::size_t t) {
      const std::size_t begin = rows * t / threads;
      const std::size_t end = rows * (t + 1) / threads;
      run.reduce(x.data() + begin * n, end - begin, n, y.data() + begin * results, default_eps);
    });
  };
}

template reduction<double> with_workers<double>(const kernel&, std::size_t);
template reduction<float> with_workers<float>(const kernel&, std::size_t);
template reduction<fp16> with_workers<fp16>(const kernel&, std::size_t);
template reduction<bf16> with_workers<bf16>(const kernel&, std::size_t);

}  // namespace permdelta

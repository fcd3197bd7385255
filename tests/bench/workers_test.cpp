/// Kernels on several threads: rows that are dealt to them keep the kernel's own bits, by every
/// method; a single row keeps them by `exact`, and by the others has those of its parts.

#include "bench/workers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <vector>

#include "kernels/parts.hpp"
#include "tests/bench/typed.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <element T>
[[nodiscard]] std::vector<T> reduced(const reduction<T>& run, const kernel& k, std::span<const T> x,
                                     std::size_t rows) {
  std::vector<T> y(rows * output_size(k.operation, x.size() / rows));
  run(x, rows, y);
  return y;
}

template <element T>
[[nodiscard]] reduction<T> on_one_thread(const kernel& k) {
  return [run = std::get<kernel_function<T>>(k.run)](std::span<const T> x, std::size_t rows,
                                                     std::span<T> y) {
    run.reduce(x.data(), rows, x.size() / rows, y.data(), default_eps);
  };
}

template <element T>
[[nodiscard]] reduction<T> in_parts(const kernel& k, std::size_t parts) {
  return [&k, parts](std::span<const T> x, std::size_t, std::span<T> y) {
    const part_loop one_by_one = [](std::size_t count, const auto& body) {
      for (std::size_t part = 0; part < count; ++part) body(part);
    };
    std::vector<partial_sum<compute_t<T>>> sums(parts);
    reduce_in_parts<T>(k, x, y, sums, one_by_one);
  };
}

/// Twice, as threads that meet in another order the second time would show.
template <element T>
void expect_twice(const reduction<T>& expected, const reduction<T>& run, const kernel& k,
                  std::span<const T> x, std::size_t rows, tally& agreed) {
  const auto right = reduced(expected, k, x, rows);
  for (int time = 0; time < 2; ++time)
    agreed.check(same<T>(reduced(run, k, x, rows), right), [&] {
      return label(k) + " of " + std::to_string(rows) + " rows, " + std::to_string(x.size()) +
             " elements in all, time " + std::to_string(time);
    });
}

/// More threads than rows, too, and numbers of rows that the threads do not divide.
TEST(workers, deal_rows_without_changing_a_bit) {
  tally agreed;
  // As many threads for all kernels: another number each time would be as many threads made anew.
  for (const std::size_t workers : {1U, 2U, 3U, 8U})
    for (const std::size_t rows : {2U, 3U, 7U, 11U})
      for_each_kernel([&]<class T>(const kernel& k, kernel_function<T>) {
        for (const std::size_t n : {1U, 17U, 1000U}) {
          const auto x = make_input_rows<T>(distribution::lognormal, rows, n, workers);
          expect_twice<T>(on_one_thread<T>(k), with_workers<T>(k, workers), k, x, rows, agreed);
        }
      });
  EXPECT_EQ(agreed.compared(), 4U * 4U * kernel_count() * 3U * 2U);
}

TEST(workers, cut_a_single_row_which_moves_no_bit_of_exact) {
  tally exact;
  tally others;
  for (const std::size_t workers : {1U, 2U, 3U, 8U})
    for_each_kernel([&]<class T>(const kernel& k, kernel_function<T>) {
      const bool is_exact = k.method == method::exact;
      const auto expected = is_exact ? on_one_thread<T>(k) : in_parts<T>(k, workers);
      for (const std::size_t n : {1U, 2U, 7U, 100U, 5000U})
        for (const auto from : {distribution::normal, distribution::cancel})
          expect_twice<T>(expected, with_workers<T>(k, workers), k, make_input<T>(from, n, 42), 1,
                          is_exact ? exact : others);
    });
  const std::size_t of_one_method = 4U * kernel_count(names_of<operation>.size(), 1) * 5U * 2U * 2U;
  EXPECT_EQ(exact.compared(), of_one_method);
  EXPECT_EQ(others.compared(), (names_of<method>.size() - 1) * of_one_method);
}

/// The guard: threads there really are, which the runtime keeps for the next call; without OpenMP,
/// none.
TEST(workers, are_threads) {
  const auto threads = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const kernel& k = *find_kernel(operation::sum, method::exact, element_type::fp32, best_isa());
  const auto x = make_input<float>(distribution::normal, 100, 1);
  for (const std::size_t rows : {1U, 10U}) {
    EXPECT_EQ(reduced(with_workers<float>(k, 5), k, std::span<const float>(x), rows).size(), rows);
    EXPECT_EQ(threads() >= 5, has_workers());
  }
}

}  // namespace
}  // namespace permdelta::test

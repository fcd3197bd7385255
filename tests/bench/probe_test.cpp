#include "bench/probe.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/catalog.hpp"

namespace permdelta::test {
namespace {

template <element T>
reduction<T> wrap(kernel_function<T> run) {
  return [run](std::span<const T> x, std::span<T> y) { run(x.data(), x.size(), y.data()); };
}

TEST(probe, passes_every_kernel) {
  std::size_t checked = 0;
  for (const kernel& k : catalog()) {
    if (!runnable(k.isa)) continue;
    std::visit(
        [&]<class T>(kernel_function<T> run) {
          for (const std::size_t n : {1U, 2U, 3U, 17U, 1000U, 8192U, 100'003U}) {
            EXPECT_EQ(validate_on_integers<T>(wrap<T>(run), k.operation, n), "")
                << name_of(k) << ' ' << n;
            ++checked;
          }
        },
        k.run);
  }
  EXPECT_GE(checked, 36U * 7U);
}

// What the error of reordering hides from the reference: one element of many.
template <element T>
void expect_a_lost_element_to_show(operation op) {
  for (const kernel& each : catalog()) {
    if (each.operation != op || each.method != method::pairwise || each.isa != best_isa()) continue;
    const auto* run = std::get_if<kernel_function<T>>(&each.run);
    if (run == nullptr) continue;
    for (const std::size_t n : {2U, 100U, 8192U, 32768U}) {
      const reduction<T> loses_one = [run](std::span<const T> x, std::span<T> y) {
        (*run)(x.data(), x.size() - 1, y.data());
        if (y.size() > 1) y.back() = y[y.size() - 2];
      };
      EXPECT_NE(validate_on_integers<T>(loses_one, op, n), "") << name_of(each) << ' ' << n;
    }
  }
}

TEST(probe, objects_to_a_lost_element) {
  expect_a_lost_element_to_show<double>(operation::sum);
  expect_a_lost_element_to_show<float>(operation::sum);
  expect_a_lost_element_to_show<float>(operation::layernorm);
}

TEST(probe, objects_to_nan) {
  const reduction<float> nan = [](std::span<const float>, std::span<float> y) { y[0] = NAN; };
  EXPECT_NE(validate_on_integers<float>(nan, operation::sum, 8), "");
}

}  // namespace
}  // namespace permdelta::test

/// A row in parts (parts.hpp) by any method but `exact`, whose own test is exact_parts_test.cpp:
/// the operation over the parts' sums, each as the method's kernel makes it, added in their order.
/// Who runs which part, and when, changes nothing, by any method.

#include <algorithm>
#include <thread>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/parts_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// The sum that a row in parts has by definition: the kernel that sums numbers of the compute type,
/// part by part, of which none is empty, and plain additions.
template <class C>
[[nodiscard]] auto sum_of_parts(const kernel& k, std::size_t asked_for) {
  const kernel* summing = find_kernel(operation::sum, k.method, element_type_of<C>, k.isa);
  return [asked_for, function = std::get<kernel_function<C>>(summing->run)](std::span<const C> x) {
    const std::size_t parts = std::min(asked_for, std::max<std::size_t>(x.size(), 1));
    C total{};
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t begin = x.size() * part / parts;
      C sum{};
      function(x.data() + begin, x.size() * (part + 1) / parts - begin, &sum);
      total = part == 0 ? sum : total + sum;
    }
    return total;
  };
}

template <element T>
void check_other_parts() {
  tally agreed;
  std::size_t moved = 0;
  for (const std::size_t n : lengths()) {
    if (n > 5000) continue;  // of use to `exact` only, which has blocks
    const auto all = part_inputs<T>(n);
    for_each_kernel_of<T>([&](const kernel& k, auto function) {
      if (k.method == method::exact) return;
      for (std::size_t number = 0; number < all.size(); ++number) {
        const std::span<const T> x(all[number]);
        const auto whole = run<T>(function, k.operation, x);
        for (const std::size_t parts : part_counts(n)) {
          const auto y = in_parts<T>(k, x, parts);
          const auto expected = evaluate<T>(k.operation, x, sum_of_parts<compute_t<T>>(k, parts));
          agreed.check(same<T>(y, expected) && (parts != 1 || same<T>(y, whole)), [&] {
            return label(k) + ", input " + std::to_string(number) + " in " + std::to_string(parts) +
                   " parts, " + show(x);
          });
          if (!same<T>(y, whole)) ++moved;
        }
      }
    });
  }
  EXPECT_GE(agreed.compared(), 10U * 20U * 5U * 3U * 4U * exact_isas());
  EXPECT_GT(moved, agreed.compared() / 100) << "a cut is meant to move sums that round";
}

TEST(parts, of_other_methods_are_added_in_order_fp64) {
  check_other_parts<double>();
}
TEST(parts, of_other_methods_are_added_in_order_fp32) {
  check_other_parts<float>();
}
TEST(parts, of_other_methods_are_added_in_order_fp16) {
  check_other_parts<fp16>();
}
TEST(parts, of_other_methods_are_added_in_order_bf16) {
  check_other_parts<bf16>();
}

const part_loop descending = [](std::size_t count, const auto& body) {
  for (std::size_t part = count; part > 0; --part) body(part - 1);
};
const part_loop odd_ones_first = [](std::size_t count, const auto& body) {
  for (std::size_t part = 1; part < count; part += 2) body(part);
  for (std::size_t part = 0; part < count; part += 2) body(part);
};
const part_loop at_once = [](std::size_t count, const auto& body) {
  std::vector<std::thread> threads;
  for (std::size_t part = 0; part < count; ++part) threads.emplace_back([&, part] { body(part); });
  for (std::thread& each : threads) each.join();
};

TEST(parts, may_be_run_in_any_order_and_at_the_same_time) {
  tally agreed;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T>) {
    for (const std::size_t n : {5U, 1000U, 4097U}) {
      const auto x = make_input<T>(shape::wide, n, n);
      for (const std::size_t parts : {3U, 8U, 17U}) {
        const auto expected = in_parts<T>(k, x, parts);
        for (const part_loop* loop : {&descending, &odd_ones_first, &at_once})
          agreed.check(same<T>(in_parts<T>(k, x, parts, *loop), expected), [&] {
            return label(k) + ", n = " + std::to_string(n) + " in " + std::to_string(parts) +
                   (loop == &at_once ? " parts at once" : " parts in another order");
          });
      }
    }
  });
  EXPECT_GE(agreed.compared(), 45U * exact_isas() * 3U * 3U * 3U);
}

TEST(parts, have_the_eps_that_was_asked_for) {
  tally agreed;
  for_each_kernel([&]<class T>(const kernel& k, kernel_function<T> function) {
    if (k.operation != operation::layernorm || k.method != method::exact) return;
    const auto x = make_input<T>(shape::normal, 100, 1);
    std::vector<T> whole(x.size());
    std::vector<T> y(x.size());
    function.reduce(x.data(), 1, x.size(), whole.data(), 0.5);
    std::vector<partial_sum<compute_t<T>>> sums(3);
    reduce_in_parts<T>(k, x, y, sums, ascending, 0.5);
    agreed.check(same<T>(y, whole) && !same<T>(y, in_parts<T>(k, x, 3)), [&] { return label(k); });
  });
  EXPECT_EQ(agreed.compared(), names_of<element_type>.size() * exact_isas());
}

}  // namespace
}  // namespace permdelta::test

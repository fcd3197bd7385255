/// The functions of permdelta.hpp against the catalog's kernels of the widest instruction set, bit
/// for bit, in one thread and in several.

#include <array>
#include <thread>

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/permdelta_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

TEST(permdelta, is_the_best_kernel) {
  std::vector<std::size_t> some_sizes;
  for (std::size_t n = 0; n < 70; ++n) some_sizes.push_back(n);
  for (const std::size_t n : {127U, 128U, 129U, 255U, 257U, 1000U, 4095U, 4096U, 4097U, 16385U})
    some_sizes.push_back(n);
  tally agreed;
  for_each_type([&]<element T>() {
    const auto check = [&](std::span<const T> x, const std::string& what) {
      for (const operation op : every_operation)
        for (const method m : methods)
          agreed.check(same_bits<T>(call(op, x, m), run_best(op, x, m)),
                       [&] { return label(best_kernel<T>(op, m)) + " " + what; });
    };
    for (const auto& s : shapes)
      for (const std::size_t n : some_sizes)
        check(make_input<T>(s.kind, n, n + 5), describe(s.name, n, n + 5));
    for (const std::size_t n : some_sizes)
      check(delicate_input<T>(n, n), describe("delicate", n, n));
    for (const auto& x : special_inputs<T>()) check(x, "special " + std::to_string(x.size()));
  });
  EXPECT_EQ(agreed.compared(), 4U * 25U * ((shapes.size() + 1U) * 80U + 6U));
}

/// Another operation, method or eps would be noticed: somewhere it has other bits. But for types of
/// 16 bits: the two best methods lose nothing of them, and what normalises shows little of its
/// sums; and for sums of exponentials, which are positive: the two best hardly differ.
TEST(permdelta_test, notices_another_kernel) {
  std::size_t pairs = 0;
  for_each_type([&]<element T>() {
    const auto differ = [](const auto& a, const auto& b) {
      for (const std::size_t n : {5U, 33U, 1000U, 4097U, 16385U})
        for (const auto& x :
             {make_input<T>(shape::normal, n, n + 5), delicate_input<T>(n, n),
              make_input<T>(shape::normal, n, n + 6), make_input<T>(shape::normal, n, n + 7)})
          if (!same_bits<T>(a(std::span<const T>(x)), b(std::span<const T>(x)))) return true;
      return false;
    };
    const auto precise = [](method m) { return m == method::kahan || m == method::exact; };
    const auto alike = [&](operation op, method a, method b) {
      if (sizeof(T) == 2 && is_elementwise(op)) return true;
      return (sizeof(T) == 2 || op == operation::softmax) && precise(a) && precise(b);
    };
    for (const operation op : every_operation)
      for (const operation other_op : every_operation)
        for (const method m : methods)
          for (const method other : methods) {
            if (op == other_op && (m == other || alike(op, m, other))) continue;
            EXPECT_TRUE(differ([&](auto x) { return call<T>(op, x, m); },
                               [&](auto x) { return run_best<T>(other_op, x, other); }))
                << label(best_kernel<T>(op, m)) << " and "
                << label(best_kernel<T>(other_op, other));
            ++pairs;
          }
    for (const operation op : {operation::layernorm, operation::rmsnorm})
      for (const method m : methods)
        EXPECT_TRUE(differ([&](auto x) { return call<T>(op, x, m, 1e-3); },
                           [&](auto x) { return run_best<T>(op, x, m, 1e-1); }));
  });
  EXPECT_EQ(pairs, 4U * 25U * 24U - 2U * (3U * 20U + 4U) - 2U * 2U);
}

/// Several threads at once, each with every function: what one alone gets.
TEST(permdelta, gives_threads_the_same) {
  struct input_set {
    std::vector<double> doubles = make_input<double>(shape::wide, 5000, 8);
    std::vector<float> floats = make_input<float>(shape::wide, 5000, 8);
    std::vector<fp16> halves = make_input<fp16>(shape::wide, 5000, 8);
    std::vector<bf16> bfloats = make_input<bf16>(shape::wide, 5000, 8);
  };
  const input_set inputs;
  const auto all_bits = [&] {
    std::vector<std::uint64_t> bits;
    const auto append = [&]<element T>(const std::vector<T>& x) {
      for (const operation op : every_operation)
        for (const method m : methods)
          for (const T value : call<T>(op, x, m)) bits.push_back(bits_of(value));
    };
    append(inputs.doubles);
    append(inputs.floats);
    append(inputs.halves);
    append(inputs.bfloats);
    return bits;
  };
  const auto alone = all_bits();
  EXPECT_EQ(alone.size(), 4U * 5U * 15002U);
  std::array<int, 4> differed{};
  std::array<std::thread, 4> threads;
  for (std::size_t i = 0; i < threads.size(); ++i)
    threads[i] = std::thread([&, i] {
      for (int round = 0; round < 15; ++round) differed[i] += all_bits() != alone ? 1 : 0;
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(differed, (std::array<int, 4>{}));
}

}  // namespace
}  // namespace permdelta::test

/// `exact` knows no order: reversed, rotated, cut and shuffled inputs have the same results, on
/// every instruction set, and so have exact_accumulators of their parts.

#include <numeric>

#include "kernels/exact/accumulator.hpp"
#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

using order = std::vector<std::size_t>;

/// Pieces of `whole`, cut at random places, which cover it.
[[nodiscard]] std::vector<std::span<const std::size_t>> cut(const order& whole, std::size_t cuts,
                                                            splitmix64& random) {
  std::vector<std::size_t> at{0, whole.size()};
  for (std::size_t i = 0; i < cuts; ++i) at.push_back(random.below(whole.size() + 1));
  std::sort(at.begin(), at.end());
  std::vector<std::span<const std::size_t>> pieces;
  for (std::size_t i = 0; i + 1 < at.size(); ++i)
    pieces.push_back(std::span(whole).subspan(at[i], at[i + 1] - at[i]));
  return pieces;
}

/// The identity first, then its reverse, rotations, pieces in another order, permutations.
[[nodiscard]] std::vector<order> orders(std::size_t n, splitmix64& random) {
  order identity(n);
  std::iota(identity.begin(), identity.end(), std::size_t{0});
  std::vector<order> all{identity, {identity.rbegin(), identity.rend()}};
  for (int i = 0; i < 3; ++i) {
    order rotated = identity;
    std::rotate(rotated.begin(), rotated.begin() + static_cast<std::ptrdiff_t>(random.below(n)),
                rotated.end());
    order joined;
    auto pieces = cut(identity, 1 + random.below(6), random);
    shuffle(std::span(pieces), random);
    for (const auto piece : pieces) joined.insert(joined.end(), piece.begin(), piece.end());
    order permuted = identity;
    shuffle(std::span(permuted), random);
    all.insert(all.end(), {rotated, joined, permuted});
  }
  return all;
}

template <element T>
[[nodiscard]] std::vector<T> in_order(std::span<const T> x, std::span<const std::size_t> indices) {
  std::vector<T> y;
  y.reserve(indices.size());
  for (const std::size_t i : indices) y.push_back(x[i]);
  return y;
}

/// What a kernel makes of x in an order, outputs of elements brought back to where these were.
template <element T>
[[nodiscard]] std::vector<T> result(kernel_function<T> function, operation op, std::span<const T> x,
                                    const order& indices) {
  auto y = run<T>(function, op, in_order(x, indices));
  if (!is_elementwise(op)) return y;
  std::vector<T> back(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) back[indices[i]] = y[i];
  return back;
}

/// One of each kind of trap, ordinary ones, and two that are not finite.
template <element T>
[[nodiscard]] std::vector<std::vector<T>> order_inputs(splitmix64& random) {
  std::vector<std::vector<T>> all;
  for (const std::size_t n : {2U, 3U, 8U, 31U, 100U, 257U, 1000U, 4097U, 16385U, 40001U}) {
    for (const shape kind : {shape::normal, shape::wide, shape::cancelling})
      all.push_back(make_input<T>(kind, n, n));
    for (std::size_t kind = 0; kind < traps; ++kind) {
      all.emplace_back(n);
      fill(static_cast<trap>(kind), std::span<T>(all.back()), random);
    }
    for (const bool nan : {false, true}) {
      all.push_back(all.back());
      all.back()[n / 3] = from_fields<T>(true, special_exponent<T>, nan ? 1 : 0);
    }
  }
  return all;
}

template <element T>
void check_orders() {
  splitmix64 random(5);
  tally agreed;
  const auto inputs = order_inputs<T>(random);
  for (std::size_t number = 0; number < inputs.size(); ++number) {
    const std::vector<T>& x = inputs[number];
    const auto all = orders(x.size(), random);
    for (const operation op : every_operation) {
      const auto expected = result<T>(exact_kernels<T>(op)[0].function, op, x, all[0]);
      for (const auto& [which, function] : exact_kernels<T>(op))
        for (std::size_t i = 0; i < all.size(); ++i) {
          const kernel& k = *which;
          agreed.check(same<T>(result<T>(function, op, x, all[i]), expected), [&] {
            return label(k) + ", input " + std::to_string(number) + ", order " + std::to_string(i) +
                   ", " + show(std::span<const T>(x));
          });
        }
    }
  }
  EXPECT_EQ(agreed.compared(), 150U * 11U * every_operation.size() * exact_isas());
}

TEST(exact_order, same_bits_fp64) {
  check_orders<double>();
}
TEST(exact_order, same_bits_fp32) {
  check_orders<float>();
}
TEST(exact_order, same_bits_fp16) {
  check_orders<fp16>();
}
TEST(exact_order, same_bits_bf16) {
  check_orders<bf16>();
}

/// The orders do move a sum that is not exact.
TEST(exact_order, other_methods_give_other_bits) {
  splitmix64 random(6);
  const auto wide = make_input<float>(shape::wide, 5000, 1);
  const auto normal = make_input<float>(shape::normal, 5000, 1);
  const auto all = orders(wide.size(), random);
  std::size_t kernels = 0;
  for_each_kernel_of<float>([&](const kernel& k, auto function) {
    if (k.method == method::exact || k.method == method::kahan) return;
    // Of squares and exponentials that are not alike, one is nearly all of the sum; of those that
    // are, better methods may lose nothing in ten orders.
    const bool one_sum_behind_many =
        k.operation == operation::rmsnorm || k.operation == operation::softmax;
    if (one_sum_behind_many && k.method != method::sequential) return;
    const auto& x = one_sum_behind_many ? normal : wide;
    const auto first = result<float>(function, k.operation, x, all[0]);
    std::size_t moved = 0;
    for (const order& other : all)
      if (!same<float>(result<float>(function, k.operation, x, other), first)) ++moved;
    EXPECT_GE(moved, one_sum_behind_many ? 1U : 5U) << label(k);
    ++kernels;
  });
  EXPECT_GE(kernels, 9U);
}

/// Parts that are added and merged in any order make one accumulator, to the byte.
template <element T>
void check_parts() {
  using accumulator = exact_accumulator<compute_t<T>>;
  splitmix64 random(7);
  tally agreed;
  const auto inputs = order_inputs<T>(random);
  for (std::size_t number = 0; number < inputs.size(); ++number) {
    const std::span<const T> x(inputs[number]);
    const exact_results<T> expected(x);
    accumulator whole;
    whole.add(x);
    for (const order& indices : orders(x.size(), random)) {
      auto pieces = cut(indices, random.below(6), random);
      shuffle(std::span(pieces), random);
      accumulator merged;
      for (const auto piece : pieces) {
        accumulator part;
        part.add(std::span<const T>(in_order(x, piece)));
        merged.merge(part);
      }
      agreed.check(merged == whole && same(merged.template round<T>(), expected.sum), [&] {
        return "input " + std::to_string(number) + " in " + std::to_string(pieces.size()) +
               " pieces: " + show(merged.template round<T>()) + ", not " + show(expected.sum);
      });
    }
  }
  EXPECT_EQ(agreed.compared(), 150U * 11U);
}

TEST(exact_order, parts_make_a_whole_fp64) {
  check_parts<double>();
}
TEST(exact_order, parts_make_a_whole_fp32) {
  check_parts<float>();
}
TEST(exact_order, parts_make_a_whole_fp16) {
  check_parts<fp16>();
}
TEST(exact_order, parts_make_a_whole_bf16) {
  check_parts<bf16>();
}

}  // namespace
}  // namespace permdelta::test

/// `exact` under FPRev's masks (tree_test.cpp has those of the methods that are trees): it has no
/// tree, so no pair of positions may lose a one.

#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/fields.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// M, so large that it absorbs all ones together in any plain sum, and what is one.
template <element T>
struct mask {
  static constexpr double large = std::same_as<T, double> ? 0x1p110 : 0x1p60;
  static constexpr double one = 1;
};
template <>
struct mask<fp16> {
  static constexpr double large = 0x1p15;
  static constexpr double one = 0x1p-24;
};

/// +M at i, -M at j and ones elsewhere. A plain sum loses the ones that meet M or -M before
/// these meet.
template <element T, class Pairs>
void check_masks(std::size_t n, const Pairs& pairs, tally& agreed) {
  std::vector<T> x(n, from_double<T>(mask<T>::one));
  const auto ones = static_cast<double>(n - 2) * mask<T>::one;
  const T expected = stored<T>(static_cast<compute_t<T>>(ones));
  for (const auto& [i, j] : pairs) {
    x[i] = from_double<T>(mask<T>::large);
    x[j] = opposite(x[i]);
    for (const auto& [which, function] : exact_kernels<T>(operation::sum)) {
      T y{};
      function(x.data(), n, &y);
      const kernel& k = *which;
      agreed.check(bits_of(y) == bits_of(expected), [&, plus = i, minus = j] {
        return label(k) + ", n = " + std::to_string(n) + ", +M at " + std::to_string(plus) +
               ", -M at " + std::to_string(minus) + ": " + show(y);
      });
    }
    x[i] = x[j] = from_double<T>(mask<T>::one);
  }
}

using positions = std::vector<std::pair<std::size_t, std::size_t>>;

[[nodiscard]] positions all_pairs(std::size_t n) {
  positions all;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != j) all.emplace_back(i, j);
  return all;
}

/// Half of them near neighbours; then both ends, and both sides of the first blocks.
[[nodiscard]] positions some_pairs(std::size_t n, std::size_t count, splitmix64& random) {
  positions some{{0, n - 1}, {n - 1, 0}};
  for (const std::size_t block : {1920U, 3840U, 4096U, 7680U, 16384U})
    if (block < n) some.insert(some.end(), {{block - 1, block}, {block, block - 1}, {0, block}});
  while (some.size() < count) {
    const std::size_t i = random.below(n);
    const std::size_t j = some.size() % 2 == 0 ? random.below(n) : i + 1 + random.below(20);
    if (i != j && j < n) some.emplace_back(i, j);
  }
  return some;
}

template <element T>
void check_masks() {
  tally agreed;
  for (std::size_t n = 2; n <= 64; ++n) check_masks<T>(n, all_pairs(n), agreed);
  splitmix64 random(1);
  for (const std::size_t n : {1000U, 4097U, 16385U, 100003U})
    check_masks<T>(n, some_pairs(n, 400'000 / n + 30, random), agreed);
  // 64 * 63 * 65 / 3 pairs of up to 64
  EXPECT_GE(agreed.compared(), (87'360 + 400 + 90 + 50 + 30) * exact_isas());
}

TEST(exact_mask, loses_no_one_fp64) {
  check_masks<double>();
}
TEST(exact_mask, loses_no_one_fp32) {
  check_masks<float>();
}
TEST(exact_mask, loses_no_one_fp16) {
  check_masks<fp16>();
}
TEST(exact_mask, loses_no_one_bf16) {
  check_masks<bf16>();
}

}  // namespace
}  // namespace permdelta::test

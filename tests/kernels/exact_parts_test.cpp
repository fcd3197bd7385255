/// A row in parts by `exact`: no cut changes a bit, whatever is on either side of it,
/// with the inexact flag and without.

#include <optional>

#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/parts_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

template <element T>
void check_exact_parts() {
  tally agreed;
  std::size_t expected_comparisons = 0;
  for (const std::size_t n : lengths()) {
    const auto all = part_inputs<T>(n);
    expected_comparisons +=
        all.size() * part_counts(n).size() * every_operation.size() * exact_isas() * 2;
    for (const operation op : every_operation)
      for (const auto& [which, function] : exact_kernels<T>(op))
        for (std::size_t number = 0; number < all.size(); ++number) {
          const std::span<const T> x(all[number]);
          const auto whole = run<T>(function, op, x);
          for (const bool trusted : {true, false})
            for (const std::size_t parts : part_counts(n)) {
              std::optional<distrust> no_flag;
              if (!trusted) no_flag.emplace();
              const kernel& k = *which;
              agreed.check(same<T>(in_parts<T>(k, x, parts), whole), [&] {
                return label(k) + (trusted ? "" : " without the flag") + ", input " +
                       std::to_string(number) + " in " + std::to_string(parts) + " parts, " +
                       show(x);
              });
            }
        }
  }
  EXPECT_EQ(agreed.compared(), expected_comparisons);
  EXPECT_GE(agreed.compared(), 11U * 20U * 5U * 3U * 2U * exact_isas());
}

TEST(exact_parts, change_no_bit_fp64) {
  check_exact_parts<double>();
}
TEST(exact_parts, change_no_bit_fp32) {
  check_exact_parts<float>();
}
TEST(exact_parts, change_no_bit_fp16) {
  check_exact_parts<fp16>();
}
TEST(exact_parts, change_no_bit_bf16) {
  check_exact_parts<bf16>();
}

}  // namespace
}  // namespace permdelta::test

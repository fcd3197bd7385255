/// Across instruction sets: `sequential` and `pairwise` give the same bits on all of them,
/// `lane_split` does not (else the comparison would be worth nothing), and the catalog is complete.

#include <map>
#include <set>
#include <tuple>

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Runs all kernels of a method on many inputs; counts the comparisons with the narrowest ISA's
/// result of the same operation, type and input, and those in which bits differ.
struct comparison {
  std::size_t compared = 0;
  std::size_t differing = 0;
  std::string first_difference;
};

template <element T>
void compare_isas(method m, comparison& result) {
  for (const auto& s : shapes) {
    for (const std::size_t n : sizes()) {
      const std::uint64_t seed = 31 * n + static_cast<std::uint64_t>(s.kind);
      const auto x = make_input<T>(s.kind, n, seed);
      std::map<operation, std::vector<T>> narrowest;
      for_each_kernel_of<T>([&](const kernel& k, auto function) {
        if (k.method != m) return;
        auto y = run<T>(function, k.operation, x);
        const auto [other, is_first] = narrowest.try_emplace(k.operation, y);
        if (is_first) return;
        ++result.compared;
        if (same<T>(y, other->second)) return;
        ++result.differing;
        if (result.first_difference.empty())
          result.first_difference = label(k) + " " + describe(s.name, n, seed);
      });
    }
  }
}

[[nodiscard]] comparison compare_isas(method m) {
  comparison result;
  compare_isas<double>(m, result);
  compare_isas<float>(m, result);
  compare_isas<fp16>(m, result);
  compare_isas<bf16>(m, result);
  return result;
}

[[nodiscard]] std::size_t expected_comparisons() {
  return (runnable_isa_count() - 1) * names_of<operation>.size() * names_of<element_type>.size() *
         shapes.size() * sizes().size();
}

TEST(isa_bits, are_the_same_where_the_definition_says_so) {
  for (const method m : {method::sequential, method::pairwise, method::exact}) {
    const comparison result = compare_isas(m);
    EXPECT_EQ(result.differing, 0U) << name(m) << ", first: " << result.first_difference;
    EXPECT_EQ(result.compared, expected_comparisons()) << name(m);
  }
}

/// The guard: the comparison sees lanes that differ.
TEST(isa_bits, lane_split_is_not_the_same_on_all) {
  const comparison result = compare_isas(method::lane_split);
  EXPECT_EQ(result.compared, expected_comparisons());
  std::set<int> lanes;
  for_each_kernel_of<float>([&](const kernel& k, auto) {
    if (k.method == method::lane_split) lanes.insert(k.lanes);
  });
  EXPECT_EQ(result.differing > 0, lanes.size() > 1);
  EXPECT_EQ(lanes.size() > 1, runnable_isa_count() > 1) << "lane_split is meant to follow the ISA";
}

TEST(isa, compiled_are_those_of_the_build) {
  std::string names;
  for (const isa each : compiled_isas()) names.append(" ").append(name(each));
  EXPECT_EQ(names, " " PERMDELTA_ISAS);
}

#if defined(__x86_64__)
TEST(isa, x86_runs_what_is_compiled_and_the_processor_has) {
  const auto compiled = [](isa which) {
    return std::ranges::find(compiled_isas(), which) != compiled_isas().end();
  };
  EXPECT_EQ(runnable(isa::sse2), compiled(isa::sse2));
  EXPECT_EQ(runnable(isa::avx2), compiled(isa::avx2) && __builtin_cpu_supports("avx2"));
  EXPECT_EQ(runnable(isa::avx512), compiled(isa::avx512) && __builtin_cpu_supports("avx512bw"));
  EXPECT_FALSE(runnable(isa::neon64));
}
#endif

TEST(isa, compiled_ones_ascend_and_the_best_is_the_last_runnable) {
  const auto compiled = compiled_isas();
  ASSERT_FALSE(compiled.empty());
  EXPECT_TRUE(std::is_sorted(compiled.begin(), compiled.end()));
  EXPECT_EQ(std::adjacent_find(compiled.begin(), compiled.end()), compiled.end());
  const auto last = std::find_if(compiled.rbegin(), compiled.rend(), runnable);
  ASSERT_NE(last, compiled.rend());
  EXPECT_EQ(best_isa(), *last);
}

TEST(catalog, is_the_complete_product_without_duplicates) {
  std::set<std::tuple<operation, method, element_type, isa>> seen;
  for (const kernel& k : catalog())
    EXPECT_TRUE(seen.emplace(k.operation, k.method, k.type(), k.isa).second) << label(k);
  EXPECT_EQ(seen.size(), names_of<operation>.size() * names_of<method>.size() *
                             names_of<element_type>.size() * compiled_isas().size());
  for (const auto& [op, m, type, i] : seen)
    EXPECT_NE(std::find(compiled_isas().begin(), compiled_isas().end(), i), compiled_isas().end());
}

TEST(catalog, finds_and_names_each_kernel) {
  for (const kernel& k : catalog()) {
    EXPECT_EQ(find_kernel(k.operation, k.method, k.type(), k.isa), &k) << label(k);
    EXPECT_EQ(name_of(k), std::string(name(k.operation)) + "/" + std::string(name(k.method)) + "/" +
                              std::string(name(k.type())));
    std::visit(
        [&](auto function) {
          EXPECT_NE(function.run, nullptr) << label(k);
          EXPECT_EQ(function.sums->is_exact(), k.method == method::exact) << label(k);
          for (const auto sum : function.sums->row) EXPECT_NE(sum, nullptr) << label(k);
        },
        k.run);
  }
#if defined(__x86_64__)
  EXPECT_EQ(find_kernel(operation::sum, method::pairwise, element_type::fp32, isa::neon64),
            nullptr);
#endif
}

TEST(catalog, lanes_are_what_the_interface_says) {
  for (const kernel& k : catalog()) {
    const auto lanes = static_cast<unsigned>(k.lanes);
    switch (k.method) {
      case method::sequential:
        EXPECT_EQ(lanes, 1U) << label(k);
        break;
      case method::pairwise:
        EXPECT_EQ(lanes, 8U) << label(k);
        break;
      // Halving folds need a power of two; kahan's fold is its own.
      case method::lane_split:
        EXPECT_TRUE(std::has_single_bit(lanes)) << label(k);
        [[fallthrough]];
      case method::kahan:
        EXPECT_GT(lanes, 1U) << label(k);
        break;
      default:
        EXPECT_GE(lanes, 1U) << label(k);
    }
  }
}

TEST(catalog, names_and_enumerators_match) {
  EXPECT_EQ(from_name<operation>("layernorm"), operation::layernorm);
  EXPECT_EQ(from_name<method>("lane_split"), method::lane_split);
  EXPECT_EQ(from_name<element_type>("fp16"), element_type::fp16);
  EXPECT_EQ(from_name<isa>("avx512"), isa::avx512);
  EXPECT_EQ(from_name<isa>("AVX512"), std::nullopt);
  EXPECT_EQ(from_name<isa>(""), std::nullopt);
  EXPECT_EQ(name(method::kahan), "kahan");
}

}  // namespace
}  // namespace permdelta::test

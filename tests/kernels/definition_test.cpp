/// Every kernel against the definition in scalar code, bit for bit. `kahan`, whose fold the README
/// leaves to its implementation, is taken by its word: what its `sum` kernel says about a list of
/// values must be what its `mean` and `layernorm` kernels say about the same list.

#include "tests/kernels/definition.hpp"

#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// The summation of a kernel: from the definition, or the `sum` kernel in the compute type with as
/// many lanes, which is the same summation with nothing around it.
template <class C>
class summation_of {
 public:
  explicit summation_of(const kernel& k) : kernel_(k) {
    const kernel* sum = find_kernel(operation::sum, k.method, element_type_of<C>, k.isa);
    if (k.method == method::kahan && sum != nullptr && sum->lanes == k.lanes)
      function_ = std::get<kernel_function<C>>(sum->run);
  }
  [[nodiscard]] bool known() const {
    return kernel_.method != method::kahan || function_.run != nullptr;
  }
  [[nodiscard]] C operator()(std::span<const C> x) const {
    if (kernel_.method != method::kahan) return fixed_order_sum(kernel_.method, kernel_.lanes, x);
    C sum{};
    function_(x.data(), x.size(), &sum);
    return sum;
  }

 private:
  const kernel& kernel_;
  kernel_function<C> function_{};
};

template <element T>
void check_definition() {
  tally agreed;
  std::size_t kahan_compared = 0;
  for (const auto& s : shapes) {
    for (const std::size_t n : sizes()) {
      const std::uint64_t seed = 77 * n + static_cast<std::uint64_t>(s.kind);
      const auto x = make_input<T>(s.kind, n, seed);
      for_each_kernel_of<T>([&](const kernel& k, auto function) {
        const summation_of<compute_t<T>> sum(k);
        if (!sum.known()) return;
        if (k.method == method::kahan) ++kahan_compared;
        auto expected = evaluate<T>(k.operation, x, sum);
        // Rounded once, where the others round to C and then to T.
        if (k.method == method::exact && k.operation == operation::sum && n > 0)
          expected[0] = reference_sum<T>(x);
        const auto y = run<T>(function, k.operation, x);
        agreed.check(same<T>(y, expected), [&] {
          std::size_t i = 0;
          while (same(y[i], expected[i])) ++i;
          return label(k) + " " + describe(s.name, n, seed) + ": y[" + std::to_string(i) +
                 "] = " + show(y[i]) + ", by definition " + show(expected[i]);
        });
      });
    }
  }
  EXPECT_GE(agreed.compared(), 9U * shapes.size() * 340U);
  EXPECT_GE(kahan_compared, 2U * shapes.size() * 340U) << "few kahan kernels were comparable";
}

TEST(definition, fp64) {
  check_definition<double>();
}
TEST(definition, fp32) {
  check_definition<float>();
}
TEST(definition, fp16) {
  check_definition<fp16>();
}
TEST(definition, bf16) {
  check_definition<bf16>();
}

/// Every size through the blocks that a tree of up to sixteen leaves could be cut into. Two inputs
/// each: a sum in a wrong order often has the right bits.
TEST(definition, every_size_to_2200) {
  tally agreed;
  for (std::size_t n = 301; n <= 2200; ++n)
    for (const std::uint64_t seed : {n, 2 * n}) {
      const auto check = [&]<class T>(const std::vector<T>& x) {
        for_each_kernel_of<T>([&](const kernel& k, auto function) {
          if (k.operation != operation::sum || k.method == method::kahan) return;
          const T expected = fixed_order_sum<T>(k.method, k.lanes, x);
          const T y = run<T>(function, k.operation, x)[0];
          agreed.check(same(y, expected), [&] {
            return label(k) + " " + describe("normal", n, seed) + ": " + show(y) +
                   ", by definition " + show(expected);
          });
        });
      };
      check(make_input<double>(shape::normal, n, seed));
      check(make_input<float>(shape::normal, n, seed));
    }
  EXPECT_GE(agreed.compared(), 6U * 2U * 1900U);
}

/// The comparison is sharp enough to see a tail that is added first, and other lanes.
TEST(definition, a_wrong_kernel_is_seen) {
  const auto right = [](std::span<const float> v) { return lane_split_sum(v, 16); };
  const auto tail_first = [](std::span<const float> v) {
    const std::size_t tail = v.size() % 16;
    return sequential_sum(v.last(tail)) + lane_split_sum(v.first(v.size() - tail), 16);
  };
  const auto other_lanes = [](std::span<const float> v) { return lane_split_sum(v, 8); };
  for (const operation op : every_operation) {
    std::size_t seen = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const auto x = make_input<float>(shape::normal, 1000, seed);
      const auto expected = evaluate<float>(op, x, right);
      seen += !same<float>(evaluate<float>(op, x, tail_first), expected);
      seen += !same<float>(evaluate<float>(op, x, other_lanes), expected);
    }
    const bool one_sum_behind_many = op == operation::rmsnorm || op == operation::softmax;
    EXPECT_GE(seen, one_sum_behind_many ? 5U : 10U) << "of 20, " << name(op);
  }
}

}  // namespace
}  // namespace permdelta::test

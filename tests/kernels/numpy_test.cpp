/// `pairwise` against NumPy 1.24, bit for bit, for all operations and types that NumPy has.
///
/// data/numpy_reference.py made the results, from inputs that `numpy_input` below makes again, and
/// says where it had to keep NumPy inside the type. The one exception is not in the data:
/// NumPy 1.24 starts from +0, so a sum of nothing but -0 is +0 there and -0 here.

#include <fstream>
#include <sstream>

#include "tests/kernels/definition.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// One line of the data: results are one value, or a hash of all and three of them.
struct reference {
  operation op;
  element_type type;
  bool negative;
  std::size_t n;
  std::vector<std::uint64_t> results;
};

[[nodiscard]] std::vector<reference> load_references() {
  std::ifstream file(PERMDELTA_TEST_DATA_DIR "/numpy_reference.txt");
  std::vector<reference> all;
  std::string text;
  while (std::getline(file, text)) {
    std::istringstream line(text);
    std::string op;
    std::string type;
    std::string inputs;
    reference r{};
    line >> op >> type >> inputs >> r.n >> std::hex;
    r.op = from_name<operation>(op).value();
    r.type = from_name<element_type>(type).value();
    r.negative = inputs == "negative";
    for (std::uint64_t bits = 0; line >> bits;) r.results.push_back(bits);
    all.push_back(r);
  }
  return all;
}

/// An integer of one bit more than a significand, with a sign, times a power of two: below 2^8.
template <element T>
[[nodiscard]] std::vector<T> numpy_input(bool negative, std::size_t n) {
  constexpr int bits = format_of<T>.digits + 1;
  splitmix64 random(n);
  std::vector<T> x;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t z = random();
    const auto significand =
        static_cast<std::int64_t>(z >> (64 - bits)) - (std::int64_t{1} << (bits - 1));
    const double value =
        std::ldexp(static_cast<double>(significand), static_cast<int>(z & 7) - (bits - 1));
    const double wanted = negative ? -std::abs(value) : value;
    x.push_back(stored<T>(static_cast<compute_t<T>>(wanted)));
  }
  return x;
}

/// FNV-1a over the bytes of y, lowest byte of an element first.
template <element T>
[[nodiscard]] std::uint64_t hash_of(std::span<const T> y) {
  std::uint64_t state = 0xcbf29ce484222325U;
  for (const T value : y)
    for (std::size_t byte = 0; byte < sizeof(T); ++byte)
      state = (state ^ ((bits_of(value) >> (8 * byte)) & 0xff)) * 0x100000001b3U;
  return state;
}

/// What a line of the data would say about y.
template <element T>
[[nodiscard]] std::vector<std::uint64_t> results_of(operation op, std::span<const T> y) {
  if (!is_elementwise(op)) return {bits_of(y[0])};
  return {hash_of(y), bits_of(y[0]), bits_of(y[y.size() / 2]), bits_of(y.back())};
}

// Sum, mean and layernorm of signed and negative numbers, and rmsnorm of signed ones. Not softmax:
// NumPy's exponential is another one.
constexpr std::size_t lines_a_size = 2 * 3 + 1;

// The file has 78 sizes to 8192, and five beyond NumPy's buffer for the types it sums itself.
template <element T>
constexpr std::size_t sizes_of = std::is_same_v<T, fp16> ? 78 : 83;

template <element T>
void check_numpy() {
  tally agreed;
  std::size_t kernels = 0;
  for_each_kernel_of<T>([&](const kernel& k, auto) { kernels += k.method == method::pairwise; });
  std::size_t references = 0;
  for (const reference& r : load_references()) {
    if (r.type != element_type_of<T>) continue;
    ++references;
    const auto x = numpy_input<T>(r.negative, r.n);
    for_each_kernel_of<T>([&](const kernel& k, auto function) {
      if (k.method != method::pairwise || k.operation != r.op) return;
      const auto y = run<T>(function, r.op, x);
      agreed.check(results_of<T>(r.op, y) == r.results, [&] {
        return label(k) + (r.negative ? " negative" : " signed") +
               " n = seed = " + std::to_string(r.n) + ": first result " + show(y[0]);
      });
    });
  }
  EXPECT_EQ(references, lines_a_size * sizes_of<T>);
  EXPECT_EQ(agreed.compared(), references * kernels / names_of<operation>.size());
}

TEST(numpy, pairwise_agrees_fp64) {
  check_numpy<double>();
}
TEST(numpy, pairwise_agrees_fp32) {
  check_numpy<float>();
}
TEST(numpy, pairwise_agrees_fp16) {
  check_numpy<fp16>();
}

/// The scalar definition agrees too, so the tests that stand on it stand on NumPy.
template <element T>
void check_definition() {
  tally agreed;
  for (const reference& r : load_references()) {
    if (r.type != element_type_of<T>) continue;
    const auto x = numpy_input<T>(r.negative, r.n);
    const auto y = evaluate<T>(r.op, x, pairwise_sum<compute_t<T>>);
    agreed.check(results_of<T>(r.op, y) == r.results, [&] {
      return std::string(name(r.op)) + " n = seed = " + std::to_string(r.n) + ": " + show(y[0]);
    });
  }
  EXPECT_EQ(agreed.compared(), lines_a_size * sizes_of<T>);
}

TEST(numpy, the_definition_agrees) {
  check_definition<double>();
  check_definition<float>();
  check_definition<fp16>();
}

/// Another order disagrees: the references tell trees apart.
TEST(numpy, another_order_disagrees) {
  std::size_t agreeing = 0;
  std::size_t compared = 0;
  for (const reference& r : load_references()) {
    if (r.type != element_type::fp32 || r.n < 100) continue;
    const auto x = numpy_input<float>(r.negative, r.n);
    for (const int lanes : {1, 8, 16}) {
      const auto wrong = [&](std::span<const float> v) { return lane_split_sum(v, lanes); };
      const auto y = evaluate<float>(r.op, x, wrong);
      ++compared;
      agreeing += results_of<float>(r.op, y) == r.results;
    }
  }
  EXPECT_EQ(compared, lines_a_size * 43U * 3U);
  EXPECT_LT(agreeing, compared / 2);
}

}  // namespace
}  // namespace permdelta::test

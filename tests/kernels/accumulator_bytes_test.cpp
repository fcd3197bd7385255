/// An `exact_accumulator` is the same bytes however the same terms came in: in any order, cut
/// anywhere, merged in any way, by any instruction set, or as the negatives of their negatives.

#include <bit>
#include <cstring>

#include "kernels/parts.hpp"
#include "tests/kernels/accumulator_inputs.hpp"
#include "tests/kernels/accumulator_support.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// x in random order, cut at random places, and the parts merged in pairs that are random too.
template <element T>
[[nodiscard]] accumulator_of<T> in_random_parts(std::span<const T> x, splitmix64& random) {
  std::vector<T> left(x.begin(), x.end());
  shuffle<T>(left, random);
  std::vector<accumulator_of<T>> parts(1);
  for (std::size_t begin = 0; begin < left.size();) {
    const std::size_t room = left.size() - begin;
    const std::size_t n = std::min(room, random.below(2 + room / (1 + random.below(8))));
    const auto part = std::span<const T>(left).subspan(begin, n);
    if (random.below(3) == 0) parts.emplace_back();
    if (random.below(4) == 0)
      for (const T value : part) parts.back().add(value);
    else
      parts.back().add(part);
    begin += n;
  }
  while (parts.size() > 1) {
    std::swap(parts[random.below(parts.size())], parts.back());
    const auto last = parts.back();
    parts.pop_back();
    parts[random.below(parts.size())].merge(last);
  }
  return parts[0];
}

template <element T>
void check_bytes(std::uint64_t seed, int trials) {
  tally same_as_whole;
  splitmix64 random(seed);
  for_each_input<T>(seed, trials, [&](std::span<const T> x, const std::string& what) {
    const auto whole = in_one(x);
    const auto check = [&](const char* how, const accumulator_of<T>& other) {
      same_as_whole.check(same_bytes(whole, other) && whole == other,
                          [&] { return what + ", " + how; });
    };
    check("one by one", one_by_one(x));
    for (int i = 0; i < 3; ++i) check("in parts", in_random_parts(x, random));

    std::vector<T> reversed(x.rbegin(), x.rend());
    check("reversed", in_one<T>(reversed));

    accumulator_of<T> onto_nothing;
    onto_nothing.merge(whole);
    onto_nothing.merge({});
    check("with nothing", onto_nothing);

    if constexpr (sizeof(T) == 2) {
      const auto wide = computed(x);
      check("as floats", in_one<float>(wide));
    }
  });
  EXPECT_GE(same_as_whole.compared(), static_cast<std::size_t>(trials) * mixes.size() * 6);
}

TEST(accumulator, is_the_same_bytes_in_any_parts_fp64) {
  check_bytes<double>(11, 400);
}
TEST(accumulator, is_the_same_bytes_in_any_parts_fp32) {
  check_bytes<float>(12, 400);
}
TEST(accumulator, is_the_same_bytes_in_any_parts_fp16) {
  check_bytes<fp16>(13, 400);
}
TEST(accumulator, is_the_same_bytes_in_any_parts_bf16) {
  check_bytes<bf16>(18, 400);
}

/// Floats and both kinds of halves in one sum.
TEST(accumulator, takes_floats_and_halves_together) {
  tally right;
  splitmix64 random(14);
  for (const named_mix& m : mixes)
    for (int trial = 0; trial < 100; ++trial) {
      const auto floats = draw<float>(m.kind, draw_length(random), random);
      const auto halves = draw<fp16>(m.kind, draw_length(random), random);
      const auto bfloats = draw<bf16>(m.kind, draw_length(random), random);
      std::vector<float> all = computed<fp16>(halves);
      for (const bf16 value : bfloats) all.push_back(computed(value));
      all.insert(all.end(), floats.begin(), floats.end());
      exact_accumulator<float> sum = in_one<float>(floats);
      sum.add(halves);
      sum.add(bfloats);
      const std::string wrong = objection(sum, sum_by_mpfr<float>(all));
      right.check(wrong.empty() && same_bytes(sum, in_random_parts<float>(all, random)),
                  [&] { return std::string(m.name) + ": " + wrong; });
    }
  EXPECT_EQ(right.compared(), 100 * mixes.size());
}

/// Whichever instruction set's kernel adds a span.
template <element T>
void check_isas(std::uint64_t seed) {
  tally same_as_best;
  for_each_input<T>(seed, 40, [&](std::span<const T> x, const std::string& what) {
    using sum_type = superaccumulator<compute_t<T>>;
    const auto expected = std::bit_cast<sum_type>(one_by_one(x));
    for (const isa set : compiled_isas()) {
      if (!runnable(set)) continue;
      const kernel& exact = *find_kernel(operation::sum, method::exact, element_type_of<T>, set);
      partial_sum<compute_t<T>> sum{};
      sum_part<T>(std::get<kernel_function<T>>(exact.run), terms::elements, x, 0, sum);
      canonicalize(sum.exactly);
      same_as_best.check(std::memcmp(&sum.exactly, &expected, sizeof expected) == 0,
                         [&] { return what + ", " + std::string(name(set)); });
    }
  });
  EXPECT_GE(same_as_best.compared(), 40 * mixes.size());
}

TEST(accumulator, is_the_same_bytes_by_every_isa) {
  check_isas<double>(15);
  check_isas<float>(16);
  check_isas<fp16>(17);
  check_isas<bf16>(19);
}

template <element T>
void check_negation(std::uint64_t seed, int trials) {
  tally right;
  splitmix64 random(seed);
  for_each_input<T>(seed, trials, [&](std::span<const T> x, const std::string& what) {
    const auto check = [&](const char* how, const accumulator_of<T>& a,
                           const accumulator_of<T>& b) {
      right.check(same_bytes(a, b) && a == b, [&] { return what + ", " + how; });
    };
    std::vector<T> negatives;
    negatives.reserve(x.size());
    for (const T value : x) negatives.push_back(opposite(value));
    const auto expected = in_one<T>(negatives);

    const auto whole = in_one(x);
    auto negated = whole;
    negated.negate();
    check("negated", negated, expected);
    const std::string wrong = objection(negated, sum_by_mpfr<T>(negatives));
    right.check(wrong.empty(), [&] { return what + ", negated: " + wrong; });
    negated.negate();
    check("negated twice", negated, whole);

    // -(-x_1 - ... - x_k) + x_(k+1) + ...
    const std::size_t k = random.below(x.size() + 1);
    auto turned = in_one<T>(std::span<const T>(negatives).first(k));
    turned.negate();
    turned.add(x.subspan(k));
    check("its first part negated twice", turned, whole);
  });
  EXPECT_EQ(right.compared(), static_cast<std::size_t>(trials) * mixes.size() * 4);
}

TEST(accumulator, negates_as_if_every_term_had_been) {
  check_negation<double>(21, 150);
  check_negation<float>(22, 150);
  check_negation<fp16>(23, 150);
  check_negation<bf16>(24, 150);
}

}  // namespace
}  // namespace permdelta::test

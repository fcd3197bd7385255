/// `exact_accumulator` as its header promises it: MPFR's sums for every kind of input, the same
/// bytes however the same terms came in, one rounding to every type, and the caller's flags.

#include "kernels/exact/accumulator.hpp"

#include <cfenv>
#include <cstring>
#include <thread>

#include "kernels/exact/flag.hpp"
#include "kernels/permdelta.hpp"
#include "tests/kernels/buffers.hpp"
#include "tests/kernels/inputs.hpp"
#include "tests/kernels/oracle.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

/// Plain bytes without padding, so that memcmp may be asked whether two are the same.
template <class C>
inline constexpr bool is_plain =
    std::is_trivially_copyable_v<exact_accumulator<C>>&& std::is_standard_layout_v<
        exact_accumulator<C>>&& std::has_unique_object_representations_v<exact_accumulator<C>>;
static_assert(is_plain<double> && is_plain<float>);
static_assert(sizeof(exact_accumulator<double>) == sizeof(superaccumulator<double>));
static_assert(sizeof(exact_accumulator<float>) == sizeof(superaccumulator<float>));

template <class C, class... Term>
inline constexpr bool is_silent =
    (noexcept(std::declval<exact_accumulator<C>>().add(std::declval<Term>())) && ...) && noexcept(
        std::declval<exact_accumulator<C>>().merge(
            exact_accumulator<
                C>())) && noexcept(std::declval<exact_accumulator<C>>()
                                       .negate()) && noexcept(std::declval<exact_accumulator<C>>()
                                                                  .round());
static_assert(is_silent<double, double, std::span<const double>>);
static_assert(is_silent<float, float, std::span<const float>, fp16, std::span<const fp16>>);

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What a sum can be made of.
enum class mix : std::uint8_t {
  spread,       ///< exponents around one, from all alike to anything
  subnormal,    ///< subnormals of T only
  ladder,       ///< every exponent there is, up and down
  cancelling,   ///< everything and its negative, but for a few
  overflowing,  ///< the largest exponents, first of one sign and then of the other
  zeros,        ///< zeros of one or both signs, at times with a pair that cancels
  infinite,     ///< infinities of one or both signs among finite numbers
  not_numbers   ///< the same with NaNs, quiet and signalling
};

struct named_mix {
  mix kind;
  std::string_view name;
};

constexpr std::array<named_mix, 8> mixes{{{mix::spread, "spread"},
                                          {mix::subnormal, "subnormal"},
                                          {mix::ladder, "ladder"},
                                          {mix::cancelling, "cancelling"},
                                          {mix::overflowing, "overflowing"},
                                          {mix::zeros, "zeros"},
                                          {mix::infinite, "infinite"},
                                          {mix::not_numbers, "not_numbers"}}};

/// The exponent fields of finite numbers, as they are encoded; 0 is that of the subnormals.
template <element T>
constexpr int exponent_fields = static_cast<int>(infinity_bits<T> >> (format_of<T>.digits - 1));

/// Random sign and fraction, and an exponent field from `lowest` to `highest`.
template <element T>
[[nodiscard]] T draw(splitmix64& random, int lowest, int highest) noexcept {
  constexpr int fraction_bits = format_of<T>.digits - 1;
  const auto exponent = static_cast<std::uint64_t>(lowest) +
                        random.below(static_cast<std::size_t>(highest - lowest) + 1);
  const std::uint64_t fraction = random() >> (64 - fraction_bits);
  const std::uint64_t sign = random.below(2) * sign_bit<T>;
  return from_bits<T>(sign | (exponent << fraction_bits) | fraction);
}

template <element T>
void shuffle(std::span<T> x, splitmix64& random) noexcept {
  for (std::size_t i = x.size(); i > 1; --i) std::swap(x[i - 1], x[random.below(i)]);
}

/// Puts one or several of `values` into x.
template <element T>
void sprinkle(std::span<T> x, std::span<const T> values, splitmix64& random) noexcept {
  if (x.empty()) return;
  for (std::size_t count = 1 + random.below(4); count > 0; --count)
    x[random.below(x.size())] = values[random.below(values.size())];
}

template <element T>
[[nodiscard]] std::vector<T> draw(mix kind, std::size_t n, splitmix64& random) {
  constexpr int top = exponent_fields<T> - 1;
  constexpr std::array widths{0, 1, 3, 10, 30, 60, 200, 2046};
  const int width = std::min(widths[random.below(widths.size())], top);
  const int lowest = static_cast<int>(random.below(static_cast<std::size_t>(top - width) + 1));
  const auto spread = [&] { return draw<T>(random, lowest, lowest + width); };
  const auto any = [&] { return draw<T>(random, 0, top); };
  const T minus = from_bits<T>(sign_bit<T>);
  const std::array zeros{T{}, minus};
  const std::array infinities{from_bits<T>(infinity_bits<T>),
                              from_bits<T>(infinity_bits<T> | sign_bit<T>)};
  const std::array nans{
      from_bits<T>(infinity_bits<T> | (infinity_bits<T> >> 1)), from_bits<T>(infinity_bits<T> + 1),
      from_bits<T>((infinity_bits<T> | sign_bit<T>)+2), infinities[0], infinities[1]};
  std::vector<T> x(n);
  switch (kind) {
    case mix::spread:
      std::generate(x.begin(), x.end(), spread);
      break;
    case mix::subnormal:
      std::generate(x.begin(), x.end(), [&] { return draw<T>(random, 0, 0); });
      break;
    case mix::ladder: {
      const bool up = random.below(2) == 0;
      for (std::size_t i = 0; i < n; ++i) {
        const int rung = static_cast<int>(i) % (top + 1);
        x[i] = draw<T>(random, up ? rung : top - rung, up ? rung : top - rung);
      }
      break;
    }
    case mix::cancelling:
      for (std::size_t i = 0; i < n; ++i)
        x[i] = i % 2 == 0 || random.below(n) < 2 ? spread() : opposite(x[i - 1]);
      shuffle<T>(x, random);
      break;
    case mix::overflowing: {
      const bool returns = random.below(2) == 0;
      for (std::size_t i = 0; i < n; ++i) {
        const T large = draw<T>(random, top - 1, top);
        x[i] = from_bits<T>(bits_of(large) & ~sign_bit<T>);
        if (returns && i >= (n + 1) / 2) x[i] = opposite(x[i - (n + 1) / 2]);
      }
      if (random.below(2) == 0) sprinkle<T>(x, std::array{any(), any()}, random);
      if (random.below(2) == 0)
        for (T& value : x) value = opposite(value);
      break;
    }
    case mix::zeros: {
      const std::size_t which = random.below(3);
      for (T& value : x) value = zeros[which < 2 ? which : random.below(2)];
      if (n >= 2 && random.below(4) == 0) {
        x.front() = any();
        x.back() = opposite(x.front());
      }
      break;
    }
    case mix::infinite: {
      std::generate(x.begin(), x.end(), spread);
      const std::size_t which = random.below(4);
      if (which < 2) sprinkle<T>(x, std::array{infinities[which]}, random);
      if (which >= 2) sprinkle<T>(x, infinities, random);
      break;
    }
    case mix::not_numbers:
      std::generate(x.begin(), x.end(), any);
      sprinkle<T>(x, nans, random);
      break;
  }
  return x;
}

/// Most sums are short, some are longer than any block.
[[nodiscard]] std::size_t draw_size(splitmix64& random) noexcept {
  const std::size_t kind = random.below(40);
  return kind == 0 ? random.below(20000) : kind < 10 ? random.below(1500) : random.below(100);
}

/// Calls visit(x, what) for `trials` inputs of every mix.
template <element T, class Visit>
void for_each_input(std::uint64_t seed, int trials, const Visit& visit) {
  splitmix64 random(seed);
  for (const named_mix& m : mixes)
    for (int trial = 0; trial < trials; ++trial) {
      const std::size_t n = draw_size(random);
      const auto x = draw<T>(m.kind, n, random);
      visit(std::span<const T>(x), describe(m.name, n, seed) + " trial " + std::to_string(trial));
    }
}

template <element T>
[[nodiscard]] real sum_by_mpfr(std::span<const T> x) {
  std::vector<double> values;
  values.reserve(x.size());
  for (const T value : x) values.push_back(value_of(value));
  return exact_sum(values);
}

/// The type's name is the first of what is wrong about a sum; empty where nothing is.
template <class C>
[[nodiscard]] std::string objection(const exact_accumulator<C>& sum, const real& expected) {
  const auto compare = [&]<element T>(const char* type, T rounded) -> std::string {
    const T right = nearest<T>(expected);
    if (same(rounded, right)) return {};
    return std::string(type) + " " + show(rounded) + ", not " + show(right);
  };
  for (const std::string& wrong :
       {compare("fp64", sum.template round<double>()), compare("fp32", sum.template round<float>()),
        compare("fp16", sum.template round<fp16>()), compare("bf16", sum.template round<bf16>())})
    if (!wrong.empty()) return wrong;
  return {};
}

template <class C>
[[nodiscard]] bool same_bytes(const exact_accumulator<C>& a,
                              const exact_accumulator<C>& b) noexcept {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

template <element T>
using accumulator_of = exact_accumulator<compute_t<T>>;

/// Both ways to add.
template <element T>
[[nodiscard]] accumulator_of<T> in_one(std::span<const T> x) noexcept {
  accumulator_of<T> sum;
  sum.add(x);
  return sum;
}
template <element T>
[[nodiscard]] accumulator_of<T> one_by_one(std::span<const T> x) noexcept {
  accumulator_of<T> sum;
  for (const T value : x) sum.add(value);
  return sum;
}

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

/// What the checkers below say if a term is missing, came twice, or was rounded on its way.
TEST(accumulator_test, notices_a_wrong_term) {
  std::size_t noticed = 0;
  for (const double term : {0x1p-1074, -0x1p-1074, 0x1p-540, 1.0, 0x1p1023}) {
    const std::array x{1.0, 0x1p1000, term, -0x1p1000, -1.0};
    const auto right = in_one<double>(x);
    EXPECT_EQ(objection(right, sum_by_mpfr<double>(x)), "");
    auto missing = right;
    missing.add(-term);
    auto twice = right;
    twice.add(term);
    for (const auto& wrong : {missing, twice}) {
      EXPECT_NE(objection(wrong, sum_by_mpfr<double>(x)), "") << term;
      EXPECT_FALSE(same_bytes(wrong, right)) << term;
      ++noticed;
    }
  }
  EXPECT_EQ(noticed, 10U);

  // Right as a float and as a double, but rounded to them first, or with the wrong zero.
  exact_accumulator<double> sum;
  sum.add(std::array{1.0, 0x1p-8});
  EXPECT_EQ(objection(sum, exact_sum(std::array{1.0, 0x1p-8, 0x1p-60})).substr(0, 4), "bf16");
  sum.add(0x1p-11 - 0x1p-8);
  EXPECT_EQ(objection(sum, exact_sum(std::array{1.0, 0x1p-11, 0x1p-60})).substr(0, 4), "fp16");
  EXPECT_EQ(objection(exact_accumulator<float>(), exact_sum(std::array{-0.0})).substr(0, 4),
            "fp64");

  const auto of = [](auto... terms) {
    exact_accumulator<double> result;
    (result.add(terms), ...);
    return result;
  };
  EXPECT_FALSE(same_bytes(of(0.0), of(-0.0)));
  EXPECT_FALSE(same_bytes(of(-0.0), of()));
  EXPECT_FALSE(same_bytes(of(infinity), of(-infinity)));
  EXPECT_FALSE(same_bytes(of(infinity), of(infinity, -infinity)));
}

template <element T>
void check_sums(std::uint64_t seed, int trials) {
  tally right;
  for_each_input<T>(seed, trials, [&](std::span<const T> x, const std::string& what) {
    const real expected = sum_by_mpfr(x);
    const std::string wrong = objection(in_one(x), expected);
    right.check(wrong.empty(), [&] { return what + ": " + wrong; });

    const T sum = permdelta::sum(x);
    right.check(same(sum, nearest<T>(expected)), [&] { return what + ": sum() " + show(sum); });
    using C = compute_t<T>;
    const T mean = permdelta::mean(x);
    right.check(same(mean, stored<T>(nearest<C>(expected) / static_cast<C>(x.size()))),
                [&] { return what + ": mean() " + show(mean); });
  });
  EXPECT_EQ(right.compared(), static_cast<std::size_t>(trials) * mixes.size() * 3);
}

TEST(accumulator, is_mpfr_sum_fp64) {
  check_sums<double>(1, 1500);
}
TEST(accumulator, is_mpfr_sum_fp32) {
  check_sums<float>(2, 1500);
}
TEST(accumulator, is_mpfr_sum_fp16) {
  check_sums<fp16>(3, 1500);
}

TEST(accumulator, is_mpfr_sum_without_the_flag) {
  distrust_inexact_flag(true);
  check_sums<double>(4, 300);
  check_sums<float>(5, 300);
  check_sums<fp16>(6, 300);
  distrust_inexact_flag(false);
}

/// Where blocks of any sensible length begin and end, at addresses that are multiples of nothing.
template <element T>
void check_blocks(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  const T nan = from_bits<T>(sign_bit<T> - 1);
  for (const std::size_t multiple : {1024U, 4096U, 8192U, 12288U, 16384U, 32768U, 49152U, 65536U})
    for (const std::size_t n : {multiple - 1, multiple, multiple + 1}) {
      const named_mix& m = mixes[random.below(mixes.size())];
      const auto drawn = draw<T>(m.kind, n, random);
      const std::size_t shift = random.below(9);
      const heap_block<T> block(drawn, nan, shift);
      const std::span<const T> x = block.data();
      const auto sum = in_one(x);
      const std::string wrong = objection(sum, sum_by_mpfr(x));
      right.check(wrong.empty() && same_bytes(sum, one_by_one(x)), [&] {
        return describe(m.name, n, seed) + " shifted by " + std::to_string(shift) + ": " + wrong;
      });
    }
  EXPECT_EQ(right.compared(), 24U);
}

TEST(accumulator, is_mpfr_sum_around_blocks) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    check_blocks<double>(seed);
    check_blocks<float>(seed);
    check_blocks<fp16>(seed);
  }
}

/// Millions of terms in one span, with all bits set where carries pile up fastest.
template <element T>
void check_long_spans(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  constexpr int top = exponent_fields<T> - 1;
  for (const std::size_t period : {1U, 2U, 3U, 7U, 64U}) {
    const bool one_sign = random.below(2) == 0;
    const int lowest = static_cast<int>(random.below(static_cast<std::size_t>(top)));
    std::vector<T> pattern;
    for (std::size_t i = 0; i < period; ++i) {
      const std::uint64_t ones = (std::uint64_t{1} << (format_of<T>.digits - 1)) - 1;
      const T drawn = draw<T>(random, lowest, std::min(top, lowest + static_cast<int>(i)));
      const std::uint64_t bits = bits_of(drawn) | ones;
      pattern.push_back(from_bits<T>(one_sign ? bits & ~sign_bit<T> : bits));
    }
    const std::size_t rounds = (std::size_t{1} << 20) / period;
    std::vector<T> x;
    x.reserve(rounds * period);
    for (std::size_t i = 0; i < rounds; ++i) x.insert(x.end(), pattern.begin(), pattern.end());
    real expected = sum_by_mpfr<T>(pattern);
    mpfr_mul_ui(expected.get(), expected.get(), rounds, MPFR_RNDN);
    const auto sum = in_one<T>(x);
    const std::string wrong = objection(sum, expected);
    right.check(wrong.empty() && same_bytes(sum, one_by_one<T>(x)),
                [&] { return "period " + std::to_string(period) + ": " + wrong; });
  }
  EXPECT_EQ(right.compared(), 5U);
}

TEST(accumulator, is_exact_for_long_spans) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    check_long_spans<double>(seed);
    check_long_spans<float>(seed);
    check_long_spans<fp16>(seed);
  }
}

/// Spans that begin or end where memory does.
template <element T>
void check_fences() {
  tally right;
  splitmix64 random(9);
  for (std::size_t n = 0; n <= 300; ++n)
    for (const edge at : {edge::front, edge::back}) {
      const auto x = draw<T>(mix::spread, n, random);
      const fenced_block<T> block(x, at);
      right.check(same_bytes(in_one<T>(block.data()), one_by_one<T>(x)),
                  [&] { return std::to_string(n) + " numbers"; });
    }
  EXPECT_EQ(right.compared(), 602U);
}

TEST(accumulator, reads_its_span_only) {
  check_fences<double>();
  check_fences<float>();
  check_fences<fp16>();
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

    if constexpr (std::same_as<T, fp16>) {
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

/// Floats and halves in one sum.
TEST(accumulator, takes_floats_and_halves_together) {
  tally right;
  splitmix64 random(14);
  for (const named_mix& m : mixes)
    for (int trial = 0; trial < 100; ++trial) {
      const auto floats = draw<float>(m.kind, draw_size(random), random);
      const auto halves = draw<fp16>(m.kind, draw_size(random), random);
      std::vector<float> all = computed<fp16>(halves);
      all.insert(all.end(), floats.begin(), floats.end());
      exact_accumulator<float> sum = in_one<float>(floats);
      sum.add(halves);
      const std::string wrong = objection(sum, sum_by_mpfr<float>(all));
      right.check(wrong.empty() && same_bytes(sum, in_random_parts<float>(all, random)),
                  [&] { return std::string(m.name) + ": " + wrong; });
    }
  EXPECT_EQ(right.compared(), 100 * mixes.size());
}

/// Whichever instruction set's kernel adds a span.
template <element T>
void check_isas(std::uint64_t seed, accumulate_function<T> accumulate_functions::*member) {
  tally same_as_best;
  for_each_input<T>(seed, 40, [&](std::span<const T> x, const std::string& what) {
    using sum_type = superaccumulator<compute_t<T>>;
    const auto expected = std::bit_cast<sum_type>(one_by_one(x));
    for (const isa set : compiled_isas()) {
      if (!runnable(set)) continue;
      sum_type sum{};
      (accumulate_functions_of(set).*member)(x.data(), x.size(), &sum);
      canonicalize(sum);
      same_as_best.check(std::memcmp(&sum, &expected, sizeof sum) == 0,
                         [&] { return what + ", " + std::string(name(set)); });
    }
  });
  EXPECT_GE(same_as_best.compared(), 40 * mixes.size());
}

TEST(accumulator, is_the_same_bytes_by_every_isa) {
  check_isas<double>(15, &accumulate_functions::of_doubles);
  check_isas<float>(16, &accumulate_functions::of_floats);
  check_isas<fp16>(17, &accumulate_functions::of_halves);
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
}

/// Appends numbers of type C that add up to `value`, which has to be a sum of such.
template <class C>
void append(std::vector<C>& x, double value) {
  while (value != 0.0) {
    x.push_back(static_cast<C>(std::clamp(value, -largest<C>(), largest<C>())));
    value -= static_cast<double>(x.back());
  }
}

/// The midpoint between the number of these bits and the next, as a sum; that and the least there
/// is, or something between that and the midpoint's own size. As the encodings of neighbours are
/// neighbouring integers, what is right needs no arithmetic.
template <element T, class C>
void check_midpoint(std::uint64_t bits, splitmix64& random, tally& right) {
  constexpr int unit = superaccumulator<C>::unit_exponent;
  constexpr format f = format_of<T>;
  const double value = value_of(from_bits<T>(bits));
  const int exponent = bits == 0 ? f.min_exponent : std::max(std::ilogb(value), f.min_exponent);
  const int half = exponent - f.digits;
  if (half < unit || exponent > format_of<C>.max_exponent + 1) return;
  const int below =
      unit + static_cast<int>(random.below(static_cast<std::size_t>(half - unit) + 1));
  for (const double little : {0.0, std::ldexp(1.0, unit), std::ldexp(1.0, below)})
    for (const double side : {1.0, -1.0}) {
      const std::uint64_t expected = little == 0.0 ? bits + bits % 2 : side > 0 ? bits + 1 : bits;
      std::vector<C> x;
      append(x, value);
      append(x, std::ldexp(1.0, half));
      append(x, side * little);
      shuffle<C>(x, random);
      for (const std::uint64_t sign : {std::uint64_t{0}, sign_bit<T>}) {
        const T rounded = in_one<C>(x).template round<T>();
        right.check(bits_of(rounded) == (expected | sign), [&] {
          return show(from_bits<T>(bits | sign)) + " and a half step, and " +
                 std::to_string(side * little) + ": " + show(rounded) + ", not " +
                 show(from_bits<T>(expected | sign));
        });
        for (C& term : x) term = -term;
      }
    }
}

TEST(accumulator, rounds_once_to_halves) {
  tally right;
  splitmix64 random(31);
  for (std::uint64_t bits = 0; bits < infinity_bits<fp16>; ++bits) {
    check_midpoint<fp16, float>(bits, random, right);
    check_midpoint<fp16, double>(bits, random, right);
  }
  EXPECT_EQ(right.compared(), 12 * 2 * infinity_bits<fp16>);
}

TEST(accumulator, rounds_once_to_bfloats) {
  tally right;
  splitmix64 random(32);
  for (std::uint64_t bits = 0; bits < infinity_bits<bf16>; ++bits) {
    check_midpoint<bf16, float>(bits, random, right);
    check_midpoint<bf16, double>(bits, random, right);
  }
  EXPECT_EQ(right.compared(), 12 * 2 * infinity_bits<bf16>);
}

/// All exponents, with the first, the last and a random fraction.
template <element T, class C>
[[nodiscard]] std::size_t check_midpoints(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  constexpr std::uint64_t fractions = std::uint64_t{1} << (format_of<T>.digits - 1);
  for (std::uint64_t first = 0; first < infinity_bits<T>; first += fractions)
    for (const std::uint64_t fraction :
         {std::uint64_t{0}, std::uint64_t{1}, random() % fractions, fractions - 2, fractions - 1})
      check_midpoint<T, C>(first + fraction, random, right);
  return right.compared();
}

TEST(accumulator, rounds_once_to_floats) {
  EXPECT_GE((check_midpoints<float, float>(33)), 12U * 5U * 250U);
  EXPECT_GE((check_midpoints<float, double>(34)), 12U * 5U * 255U);
}

TEST(accumulator, rounds_once_to_doubles) {
  EXPECT_GE((check_midpoints<double, float>(35)), 12U * 5U * 220U);
  EXPECT_GE((check_midpoints<double, double>(36)), 12U * 5U * 1990U);
}

/// The same among pairs that cancel, for sums of T, and for the function that rounds them.
template <element T>
void check_long_midpoints(std::uint64_t seed) {
  tally right;
  splitmix64 random(seed);
  constexpr format f = format_of<T>;
  constexpr int unit = f.min_exponent - f.digits + 1;
  constexpr int top = exponent_fields<T> - 1;
  while (right.compared() < 6U * 250U) {
    const T value = draw<T>(random, 0, top);
    const std::uint64_t sign = bits_of(value) & sign_bit<T>;
    const std::uint64_t bits = bits_of(value) & ~sign_bit<T>;
    if (bits >> (f.digits - 1) == 0) continue;  // has no half step
    const int half = std::ilogb(value_of(value)) - f.digits;
    if (half < unit) continue;
    const double side = sign == 0 ? 1.0 : -1.0;
    const int highest = static_cast<int>(random.below(static_cast<std::size_t>(top)));
    std::vector<T> x;
    for (std::size_t pairs = draw_size(random) / 2; pairs > 0; --pairs) {
      x.push_back(draw<T>(random, std::max(0, highest - 40), highest));
      x.push_back(opposite(x.back()));
    }
    x.push_back(value);
    x.push_back(from_double<T>(side * std::ldexp(1.0, half)));
    for (const double little : {0.0, 1.0, -1.0}) {
      auto terms = x;
      terms.push_back(from_double<T>(side * little * std::ldexp(1.0, unit)));
      shuffle<T>(terms, random);
      const std::uint64_t expected = little == 0.0 ? bits + bits % 2 : little > 0 ? bits + 1 : bits;
      const auto check = [&](const char* what, T rounded) {
        right.check(bits_of(rounded) == (expected | sign), [&] {
          return show(value) + " among " + std::to_string(x.size()) + ", " + what + ": " +
                 show(rounded) + ", not " + show(from_bits<T>(expected | sign));
        });
      };
      check("round", in_one<T>(terms).template round<T>());
      check("sum", permdelta::sum(terms));
    }
  }
  EXPECT_EQ(right.compared(), 6U * 250U);
}

TEST(accumulator, rounds_once_in_long_sums) {
  check_long_midpoints<double>(37);
  check_long_midpoints<float>(38);
  check_long_midpoints<fp16>(39);
}

/// Whether no sum, and no sum after adding the terms or their negatives, is another.
[[nodiscard]] bool indistinguishable(exact_accumulator<double> a, exact_accumulator<double> b,
                                     bool by_negation) {
  const auto equal = [&] { return same(a.round(), b.round()); };
  const auto continuations = [&](auto... terms) {
    const auto a_before = a;
    const auto b_before = b;
    (a.add(terms), ...);
    (b.add(terms), ...);
    bool result = equal();
    if (by_negation) {
      a.negate();
      b.negate();
      result &= equal();
    }
    a = a_before;
    b = b_before;
    return result;
  };
  return continuations() && continuations(0.0) && continuations(-0.0) && continuations(-1.0) &&
         continuations(infinity) && continuations(-infinity) && continuations(-0x1p-1074) &&
         continuations(-1.0, -0.0);
}

/// `==` against what it says of itself. Some that later sums alone can't tell apart can be by
/// negation (+0 and 1 - 1), which the header leaves open, so `==` may answer either way there.
TEST(accumulator, is_equal_where_no_later_sum_tells) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::vector<double>> sums{{},
                                              {0.0},
                                              {-0.0},
                                              {0.0, -0.0},
                                              {1.0},
                                              {1.0, 0.0},
                                              {1.0, -0.0},
                                              {1.0, -1.0},
                                              {1.0, -1.0, 0.0},
                                              {1.0, -1.0, -0.0},
                                              {0x1p-1074},
                                              {2.0, -1.0},
                                              {infinity},
                                              {infinity, 1.0},
                                              {infinity, -0.0, infinity},
                                              {-infinity},
                                              {-infinity, 0.0},
                                              {infinity, -infinity},
                                              {infinity, -infinity, 1.0},
                                              {nan},
                                              {nan, -nan, 1.0},
                                              {nan, infinity},
                                              {nan, -infinity, 0.0},
                                              {nan, infinity, -infinity}};
  tally right;
  std::size_t equal = 0;
  std::size_t open = 0;
  for (const auto& x : sums)
    for (const auto& y : sums) {
      const auto a = in_one<double>(x);
      const auto b = in_one<double>(y);
      const bool by_sums = indistinguishable(a, b, false);
      const bool by_negation = indistinguishable(a, b, true);
      if (by_sums != by_negation) {
        ++open;
        continue;
      }
      equal += by_sums ? 1 : 0;
      right.check((a == b) == by_sums && same_bytes(a, b) == by_sums, [&] {
        const auto list = [](const std::vector<double>& terms) {
          std::string text = "{";
          for (const double term : terms) text += std::to_string(term) + " ";
          return text + "}";
        };
        return list(x) + " and " + list(y) + (by_sums ? " are equal" : " differ");
      });
    }
  EXPECT_EQ(right.compared() + open, sums.size() * sums.size());
  EXPECT_LE(open, 8U);
  EXPECT_GT(equal, sums.size());
}

TEST(accumulator, of_nothing) {
  tally right;
  const auto check = [&]<class C>(const exact_accumulator<C>& sum) {
    right.check(same_bytes(sum, exact_accumulator<C>()) && sum == exact_accumulator<C>(),
                [] { return "not the bytes of a new one"; });
    right.check(
        bits_of(sum.template round<double>()) == 0 && bits_of(sum.template round<float>()) == 0 &&
            bits_of(sum.template round<fp16>()) == 0 && bits_of(sum.template round<bf16>()) == 0,
        [] { return "not +0"; });
  };
  const auto every_way = [&]<class C>(exact_accumulator<C> sum) {
    check(sum);
    sum.add(std::span<const C>());
    check(sum);
    if constexpr (std::same_as<C, float>) sum.add(std::span<const fp16>());
    sum.merge(sum);
    sum.negate();
    check(sum);
  };
  every_way(exact_accumulator<double>());
  every_way(exact_accumulator<float>());
  EXPECT_EQ(right.compared(), 12U);
}

/// 2^61 times the largest number, by doubling; and back to what was there before.
template <class C>
void check_many_terms() {
  tally right;
  const auto most = static_cast<C>(largest<C>());
  for (const C first : {most, static_cast<C>(-most), std::numeric_limits<C>::denorm_min()}) {
    exact_accumulator<C> sum;
    sum.add(first);
    real expected(value_of(first));
    for (int i = 0; i < 61; ++i) {
      sum.merge(sum);
      mpfr_mul_2ui(expected.get(), expected.get(), 1, MPFR_RNDN);
      const std::string wrong = objection(sum, expected);
      right.check(wrong.empty(), [&] { return "doubled " + std::to_string(i) + ": " + wrong; });
    }
    exact_accumulator<C> back = sum;
    back.negate();
    back.add(std::array{C{1}, first});
    sum.merge(back);
    right.check(same_bytes(sum, in_one<C>(std::array{first, C{1}})),
                [&] { return show(first) + " does not come back"; });
  }
  EXPECT_EQ(right.compared(), 3U * 62U);
}

TEST(accumulator, holds_very_many_terms) {
  check_many_terms<double>();
  check_many_terms<float>();
}

/// What an object is elsewhere: in a buffer at any address, in another process.
template <element T>
void check_travel(std::uint64_t seed) {
  tally right;
  for_each_input<T>(seed, 30, [&](std::span<const T> x, const std::string& what) {
    const std::size_t half = x.size() / 2;
    const auto first = in_one(x.first(half));
    std::array<std::byte, sizeof first + 1> message{};
    std::memcpy(message.data() + 1, &first, sizeof first);
    accumulator_of<T> received;
    std::memcpy(&received, message.data() + 1, sizeof received);
    right.check(same_bytes(received, first) && received == first, [&] { return what; });
    received.add(x.subspan(half));
    right.check(same_bytes(received, in_one(x)), [&] { return what + ", continued"; });
  });
  EXPECT_EQ(right.compared(), 2 * 30 * mixes.size());
}

TEST(accumulator, travels_as_bytes) {
  check_travel<double>(41);
  check_travel<float>(42);
  check_travel<fp16>(43);
}

template <element T>
void check_threads(std::uint64_t seed) {
  tally right;
  for_each_input<T>(seed, 20, [&](std::span<const T> x, const std::string& what) {
    const std::size_t cut = x.size() / 3;
    accumulator_of<T> first;
    accumulator_of<T> second;
    std::thread other([&] { second.add(x.subspan(cut)); });
    std::thread one([&] { first.add(x.first(cut)); });
    one.join();
    other.join();
    second.merge(first);
    right.check(same_bytes(second, in_one(x)), [&] { return what; });
  });
  EXPECT_EQ(right.compared(), 20 * mixes.size());
}

TEST(accumulator, adds_in_threads) {
  check_threads<double>(51);
  check_threads<float>(52);
  check_threads<fp16>(53);
}

/// Raises flags as arithmetic does. feraiseexcept may raise some in the x87 unit, where they would
/// hide that the flags of SSE were lost.
void raise_by_arithmetic(int flags) {
  volatile double huge = largest<double>();
  volatile double tiny = 0x1.0000001p-600;
  volatile double zero = 0.0;
  volatile double three = 3.0;
  volatile double result = 0.0;
  if ((flags & FE_INEXACT) != 0) result = huge / three;
  if ((flags & FE_OVERFLOW) != 0) result = huge * three;
  if ((flags & FE_UNDERFLOW) != 0) result = tiny * tiny;
  if ((flags & FE_DIVBYZERO) != 0) result = three / zero;
  if ((flags & FE_INVALID) != 0) result = zero / zero;
  static_cast<void>(result);
}

/// Whether `act` leaves the flags as they were, whatever they were.
template <class Act>
[[nodiscard]] bool leaves_flags(const Act& act) {
  bool left = true;
  for (const int raised : {0, FE_INEXACT, FE_OVERFLOW, FE_UNDERFLOW, FE_DIVBYZERO, FE_INVALID,
                           FE_DIVBYZERO | FE_INVALID, FE_ALL_EXCEPT}) {
    std::feclearexcept(FE_ALL_EXCEPT);
    raise_by_arithmetic(raised);
    const int before = std::fetestexcept(FE_ALL_EXCEPT);
    act();
    left = left && std::fetestexcept(FE_ALL_EXCEPT) == before;
  }
  std::feclearexcept(FE_ALL_EXCEPT);
  return left;
}

TEST(accumulator_test, notices_a_flag_raised_or_lost) {
  for (const int flag : {FE_INEXACT, FE_OVERFLOW, FE_UNDERFLOW, FE_DIVBYZERO, FE_INVALID}) {
    EXPECT_FALSE(leaves_flags([&] { raise_by_arithmetic(flag); })) << flag;
    EXPECT_FALSE(leaves_flags([&] { std::feclearexcept(flag); })) << flag;
  }
  EXPECT_TRUE(leaves_flags([] {}));
}

template <element T>
void check_flags(std::uint64_t seed) {
  tally right;
  for_each_input<T>(seed, 25, [&](std::span<const T> x, const std::string& what) {
    const auto whole = in_one(x);
    const auto check = [&](const char* how, const auto& act) {
      right.check(leaves_flags(act), [&] { return what + ", " + how; });
    };
    accumulator_of<T> sum;
    check("add all", [&] { sum.add(x); });
    check("add each", [&] {
      for (const T& value : x.first(std::min<std::size_t>(x.size(), 100))) sum.add(value);
    });
    check("merge", [&] { sum.merge(whole); });
    check("negate", [&] { sum.negate(); });
    check("round", [&] {
      static_cast<void>(whole.template round<double>());
      static_cast<void>(whole.template round<float>());
      static_cast<void>(whole.template round<fp16>());
      static_cast<void>(whole.template round<bf16>());
    });
    check("compare", [&] { static_cast<void>(sum == whole); });
  });
  EXPECT_EQ(right.compared(), 6 * 25 * mixes.size());
}

TEST(accumulator, leaves_the_callers_flags_alone) {
  check_flags<double>(61);
  check_flags<float>(62);
  check_flags<fp16>(63);
}

}  // namespace
}  // namespace permdelta::test

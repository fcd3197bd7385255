/// An `exact_accumulator` as an object: plain bytes that mean the same in another place or thread,
/// what `==` says about two, and one that nothing was added to.

#include <concepts>
#include <cstring>
#include <limits>
#include <thread>
#include <type_traits>
#include <utility>

#include "tests/kernels/accumulator_inputs.hpp"
#include "tests/kernels/accumulator_support.hpp"
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
static_assert(is_silent<float, float, std::span<const float>, fp16, std::span<const fp16>, bf16,
                        std::span<const bf16>>);

constexpr double infinity = std::numeric_limits<double>::infinity();

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
    if constexpr (std::same_as<C, float>) {
      sum.add(std::span<const fp16>());
      sum.add(std::span<const bf16>());
    }
    sum.merge(sum);
    sum.negate();
    check(sum);
  };
  every_way(exact_accumulator<double>());
  every_way(exact_accumulator<float>());
  EXPECT_EQ(right.compared(), 12U);
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
  check_travel<bf16>(44);
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
  check_threads<bf16>(54);
}

}  // namespace
}  // namespace permdelta::test

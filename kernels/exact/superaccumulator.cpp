#include "kernels/exact/superaccumulator.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace permdelta {
namespace {

enum presence : std::uint64_t {
  nan = 1,
  positive_infinity = 2,
  negative_infinity = 4,
  negative_zero = 8,
  other = 16
};

}  // namespace

template <class C>
void add(superaccumulator<C>& sum, double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>((bits >> 52) & 0x7FF);
  const std::uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
  const bool negative = (bits >> 63) != 0;
  if (biased == 0x7FF) {
    sum.present |= fraction != 0 ? nan : negative ? negative_infinity : positive_infinity;
    return;
  }
  if (biased == 0 && fraction == 0) {
    sum.present |= negative ? negative_zero : other;
    return;
  }
  const std::uint64_t significand = biased == 0 ? fraction : fraction | (std::uint64_t{1} << 52);
  const int exponent = (biased == 0 ? 1 : biased) - 1075;
  add_scaled(sum, negative ? -static_cast<int128>(significand) : static_cast<int128>(significand),
             exponent);
}

template <class C>
void add_scaled(superaccumulator<C>& sum, int128 value, int exponent) noexcept {
  sum.present |= other;
  int position = exponent - superaccumulator<C>::unit_exponent;
  if (position < 0) {  // bits below the unit are zeros
    value >>= -position < 127 ? -position : 127;
    position = 0;
  }
  // The value in place: three words, and its sign in all above them.
  const int offset = position % 64;
  const std::uint64_t sign = value < 0 ? ~std::uint64_t{0} : 0;
  const auto low = static_cast<std::uint64_t>(value);
  const auto high = static_cast<std::uint64_t>(value >> 64);
  const std::array<std::uint64_t, 3> shifted =
      offset == 0 ? std::array{low, high, sign}
                  : std::array{low << offset, (high << offset) | (low >> (64 - offset)),
                               (sign << offset) | (high >> (64 - offset))};
  unsigned char carry = 0;
  for (std::size_t i = static_cast<std::size_t>(position / 64), k = 0;
       i < superaccumulator<C>::size; ++i, ++k) {
    const std::uint64_t term = k < 3 ? shifted[k] : sign;
    const std::uint64_t partial = sum.words[i] + term;
    const std::uint64_t total = partial + carry;
    carry = static_cast<unsigned char>((partial < term) | (total < partial));
    sum.words[i] = total;
    // Nothing changes further up once what comes in is all zeros, or all ones and a carry.
    if (k >= 2 && (sign == 0 ? carry == 0 : carry == 1)) break;
  }
}

template <class C>
void merge(superaccumulator<C>& sum, const superaccumulator<C>& other_sum) noexcept {
  unsigned char carry = 0;
  for (std::size_t i = 0; i < superaccumulator<C>::size; ++i) {
    const std::uint64_t term = other_sum.words[i];
    const std::uint64_t partial = sum.words[i] + term;
    const std::uint64_t total = partial + carry;
    carry = static_cast<unsigned char>((partial < term) | (total < partial));
    sum.words[i] = total;
  }
  sum.present |= other_sum.present;
}

template <class C>
void negate(superaccumulator<C>& sum) noexcept {
  std::uint64_t carry = 1;
  for (std::uint64_t& word : sum.words) {
    word = ~word + carry;
    carry &= static_cast<std::uint64_t>(word == 0);
  }
  const std::uint64_t was = sum.present;
  sum.present = was & nan;
  if ((was & positive_infinity) != 0) sum.present |= negative_infinity;
  if ((was & negative_infinity) != 0) sum.present |= positive_infinity;
  if ((was & negative_zero) != 0) sum.present |= other;
  // A sum of +0 only is a sum of -0 only now; one with other terms does not become one by its sign.
  if ((was & other) != 0) sum.present |= other;
}

template <class C>
double rounded(const superaccumulator<C>& sum, format target) noexcept {
  constexpr std::size_t size = superaccumulator<C>::size;
  constexpr int unit = superaccumulator<C>::unit_exponent;
  const std::uint64_t present = sum.present;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr std::uint64_t both = positive_infinity | negative_infinity;
  if ((present & nan) != 0 || (present & both) == both)
    return std::numeric_limits<double>::quiet_NaN();
  if ((present & both) != 0) return (present & positive_infinity) != 0 ? infinity : -infinity;

  auto magnitude = sum.words;
  const bool negative = (magnitude.back() >> 63) != 0;
  if (negative) {
    std::uint64_t carry = 1;
    for (std::uint64_t& word : magnitude) {
      word = ~word + carry;
      carry &= static_cast<std::uint64_t>(word == 0);
    }
  }
  std::size_t top = size;
  while (top > 0 && magnitude[top - 1] == 0) --top;
  if (top == 0) return present == negative_zero ? -0.0 : 0.0;

  // The position of the highest bit, and of the last one that the target keeps: normal numbers keep
  // `digits` bits, and no number has bits below the target's smallest subnormal.
  const int highest = static_cast<int>(top) * 64 - 1 - std::countl_zero(magnitude[top - 1]);
  const int smallest = target.min_exponent - (target.digits - 1) - unit;
  const int last = std::max(highest - (target.digits - 1), std::max(smallest, 0));

  const auto bit = [&](int position) {
    return position >= 0 && position / 64 < static_cast<int>(size) &&
           ((magnitude[static_cast<std::size_t>(position) / 64] >> (position % 64)) & 1) != 0;
  };
  std::uint64_t kept = 0;
  for (int position = highest; position >= last; --position)
    kept = kept << 1 | static_cast<std::uint64_t>(bit(position));
  const bool half = bit(last - 1);
  bool sticky = false;
  for (int word = 0; word < (last - 1) / 64 && !sticky; ++word)
    sticky = magnitude[static_cast<std::size_t>(word)] != 0;
  for (int position = std::max(last - 1, 0) / 64 * 64; position < last - 1 && !sticky; ++position)
    sticky = bit(position);
  if (half && (sticky || (kept & 1) != 0)) ++kept;

  const double rounded = std::ldexp(static_cast<double>(kept), last + unit);
  const double largest = std::ldexp(2.0 - std::ldexp(1.0, 1 - target.digits), target.max_exponent);
  const double result = rounded > largest ? infinity : rounded;
  return negative ? -result : result;
}

template <element T, class C>
T round_to(const superaccumulator<C>& sum) noexcept {
  return from_double<T>(rounded(sum, format_of<T>));
}

template <class C>
bool round_if_certain(int128 value, int128 bound, int exponent, C& result) noexcept {
  const auto below = static_cast<C>(value - bound);
  const auto above = static_cast<C>(value + bound);
  if (below != above) return false;
  const C scaled = std::ldexp(below, exponent);
  // Out of the range of normal numbers the scaling would round again.
  if (!(std::abs(scaled) >= std::numeric_limits<C>::min() &&
        std::abs(scaled) <= std::numeric_limits<C>::max()))
    return false;
  result = scaled;
  return true;
}

template bool round_if_certain(int128, int128, int, double&) noexcept;
template bool round_if_certain(int128, int128, int, float&) noexcept;
template void add(superaccumulator<double>&, double) noexcept;
template void add(superaccumulator<float>&, double) noexcept;
template void add_scaled(superaccumulator<double>&, int128, int) noexcept;
template void add_scaled(superaccumulator<float>&, int128, int) noexcept;
template void merge(superaccumulator<double>&, const superaccumulator<double>&) noexcept;
template void merge(superaccumulator<float>&, const superaccumulator<float>&) noexcept;
template void negate(superaccumulator<double>&) noexcept;
template void negate(superaccumulator<float>&) noexcept;
template double round_to<double>(const superaccumulator<double>&) noexcept;
template float round_to<float>(const superaccumulator<double>&) noexcept;
template fp16 round_to<fp16>(const superaccumulator<double>&) noexcept;
template double round_to<double>(const superaccumulator<float>&) noexcept;
template float round_to<float>(const superaccumulator<float>&) noexcept;
template fp16 round_to<fp16>(const superaccumulator<float>&) noexcept;

}  // namespace permdelta

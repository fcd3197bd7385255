#include "kernels/exact/superaccumulator.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace permdelta {
namespace {

template <std::size_t Size>
void negate_words(std::array<std::uint64_t, Size>& words) noexcept {
  std::uint64_t carry = 1;
  for (std::uint64_t& word : words) {
    word = ~word + carry;
    carry &= static_cast<std::uint64_t>(word == 0);
  }
}

// The number with these bits in this format, by integers only: conversions raise flags, of
// subnormals and of signalling NaNs.
template <class C>
void add_encoded(superaccumulator<C>& sum, std::uint64_t bits, format from) noexcept {
  const int digits = from.digits - 1;
  const int special = 2 * from.max_exponent + 1;
  const int sign_position =
      digits + static_cast<int>(std::popcount(static_cast<unsigned>(special)));
  const bool negative = (bits >> sign_position & 1) != 0;
  const auto biased = static_cast<int>(bits >> digits) & special;
  const std::uint64_t hidden = std::uint64_t{1} << digits;
  const std::uint64_t fraction = bits & (hidden - 1);
  if (biased == special) {
    sum.present |= fraction != 0 ? nan : negative ? negative_infinity : positive_infinity;
    return;
  }
  if (biased == 0 && fraction == 0) {
    sum.present |= negative ? negative_zero : positive_zero;
    return;
  }
  const auto significand = static_cast<int128>(biased == 0 ? fraction : fraction | hidden);
  const int exponent = std::max(biased, 1) - 1 + from.min_exponent - digits;
  add_scaled(sum, negative ? -significand : significand, exponent);
}

}  // namespace

template <class C>
void add(superaccumulator<C>& sum, double value) noexcept {
  add_encoded(sum, std::bit_cast<std::uint64_t>(value), format_of<double>);
}
template <class C>
void add(superaccumulator<C>& sum, float value) noexcept {
  add_encoded(sum, std::bit_cast<std::uint32_t>(value), format_of<float>);
}
template <class C>
void add(superaccumulator<C>& sum, fp16 value) noexcept {
  add_encoded(sum, value.bits, format_of<fp16>);
}
template <class C>
void add(superaccumulator<C>& sum, bf16 value) noexcept {
  add_encoded(sum, value.bits, format_of<bf16>);
}

template <class C>
void add_scaled(superaccumulator<C>& sum, int128 value, int exponent) noexcept {
  sum.present |= nonzero;
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
void canonicalize(superaccumulator<C>& sum) noexcept {
  constexpr std::uint64_t infinities = positive_infinity | negative_infinity;
  constexpr std::uint64_t zeros = positive_zero | negative_zero;
  std::uint64_t& present = sum.present;
  if ((present & not_finite) != 0) {
    sum.words = {};
    const bool no_number = (present & nan) != 0 || (present & infinities) == infinities;
    present = no_number ? std::uint64_t{nan} : present & infinities;
  } else if ((present & nonzero) != 0 || (present & zeros) == zeros) {
    present = nonzero;  // zeros of both signs are +0 whatever their signs, as what cancels is
  }
}

template <class C>
bool is_zero(const superaccumulator<C>& sum) noexcept {
  return std::ranges::all_of(sum.words, [](std::uint64_t word) { return word == 0; });
}

template <class C>
void negate(superaccumulator<C>& sum) noexcept {
  negate_words(sum.words);
  const auto swap = [&](std::uint64_t a, std::uint64_t b) {
    const std::uint64_t was = sum.present;
    sum.present = (was & ~(a | b)) | ((was & a) != 0 ? b : 0) | ((was & b) != 0 ? a : 0);
  };
  swap(positive_infinity, negative_infinity);
  swap(positive_zero, negative_zero);
}

namespace {

// kept * 2^exponent, which is a double or overflows.
double compose(bool negative, std::uint64_t kept, int exponent) noexcept {
  const std::uint64_t sign = negative ? std::uint64_t{1} << 63 : 0;
  if (kept == 0) return std::bit_cast<double>(sign);
  const int digits = static_cast<int>(std::bit_width(kept));
  const int top = digits - 1 + exponent;
  if (top > 1023) return std::bit_cast<double>(sign | std::uint64_t{0x7FF} << 52);
  if (top < -1022) return std::bit_cast<double>(sign | kept << (exponent + 1074));
  // A carry out of 53 digits leaves 2^53, whose fraction is zero where it is.
  const std::uint64_t fraction = kept << std::max(53 - digits, 0) & 0xFFFFFFFFFFFFF;
  return std::bit_cast<double>(sign | static_cast<std::uint64_t>(top + 1023) << 52 | fraction);
}

// The sum rounded to a format, as a double, which holds all of them. By integers only: no flag of
// the floating-point unit is raised.
template <class C>
double rounded(const superaccumulator<C>& sum, format target) noexcept {
  constexpr int size = static_cast<int>(superaccumulator<C>::size);
  constexpr int unit = superaccumulator<C>::unit_exponent;
  const std::uint64_t present = sum.present;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr std::uint64_t both = positive_infinity | negative_infinity;
  if ((present & nan) != 0 || (present & both) == both)
    return std::numeric_limits<double>::quiet_NaN();
  if ((present & both) != 0) return (present & positive_infinity) != 0 ? infinity : -infinity;

  auto magnitude = sum.words;
  const bool negative = (magnitude.back() >> 63) != 0;
  if (negative) negate_words(magnitude);
  int top = size;
  while (top > 0 && magnitude[static_cast<std::size_t>(top - 1)] == 0) --top;
  if (top == 0) return present == negative_zero ? -0.0 : 0.0;
  const auto word = [&](int i) {
    return i < size ? magnitude[static_cast<std::size_t>(i)] : std::uint64_t{0};
  };

  // The position of the highest bit, and of the last one that the target keeps: normal numbers keep
  // `digits` bits, and no number has bits below the target's smallest subnormal.
  const int highest = top * 64 - 1 - std::countl_zero(word(top - 1));
  const int smallest = target.min_exponent - (target.digits - 1) - unit;
  const int last = std::max({highest - (target.digits - 1), smallest, 0});

  std::uint64_t kept = word(last / 64) >> (last % 64);
  if (last % 64 != 0) kept |= word(last / 64 + 1) << (64 - last % 64);
  if (last > 0) {
    const int below = last - 1;
    const std::uint64_t half = std::uint64_t{1} << (below % 64);
    bool sticky = (word(below / 64) & (half - 1)) != 0;
    for (int i = 0; i < below / 64 && !sticky; ++i) sticky = word(i) != 0;
    if ((word(below / 64) & half) != 0 && (sticky || (kept & 1) != 0)) ++kept;
  }
  const int rounded_top = static_cast<int>(std::bit_width(kept)) - 1 + last + unit;
  if (kept != 0 && rounded_top > target.max_exponent) return negative ? -infinity : infinity;
  return compose(negative, kept, last + unit);
}

}  // namespace

template <element T, class C>
T round_to(const superaccumulator<C>& sum) noexcept {
  return from_double<T>(rounded(sum, format_of<T>));
}

bool round_if_certain(int128 value, int128 bound, int exponent, double& result) noexcept {
  const auto below = static_cast<double>(value - bound);
  const auto above = static_cast<double>(value + bound);
  if (below != above) return false;
  result = std::ldexp(below, exponent);
  return true;
}

template void add(superaccumulator<double>&, double) noexcept;
template void add(superaccumulator<float>&, double) noexcept;
template void add(superaccumulator<float>&, float) noexcept;
template void add(superaccumulator<float>&, fp16) noexcept;
template void add(superaccumulator<float>&, bf16) noexcept;
template void add_scaled(superaccumulator<double>&, int128, int) noexcept;
template void add_scaled(superaccumulator<float>&, int128, int) noexcept;
template void merge(superaccumulator<double>&, const superaccumulator<double>&) noexcept;
template void merge(superaccumulator<float>&, const superaccumulator<float>&) noexcept;
template void canonicalize(superaccumulator<double>&) noexcept;
template void canonicalize(superaccumulator<float>&) noexcept;
template bool is_zero(const superaccumulator<double>&) noexcept;
template bool is_zero(const superaccumulator<float>&) noexcept;
template void negate(superaccumulator<double>&) noexcept;
template void negate(superaccumulator<float>&) noexcept;
template double round_to<double>(const superaccumulator<double>&) noexcept;
template float round_to<float>(const superaccumulator<double>&) noexcept;
template fp16 round_to<fp16>(const superaccumulator<double>&) noexcept;
template bf16 round_to<bf16>(const superaccumulator<double>&) noexcept;
template double round_to<double>(const superaccumulator<float>&) noexcept;
template float round_to<float>(const superaccumulator<float>&) noexcept;
template fp16 round_to<fp16>(const superaccumulator<float>&) noexcept;
template bf16 round_to<bf16>(const superaccumulator<float>&) noexcept;

}  // namespace permdelta

#pragma once

/// Random bits that are the same everywhere: integers only, and one exact conversion to double.
///
/// xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021): four
/// words of state, about a nanosecond a word, no known flaw that a shuffle or a normal draw sees.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>

namespace permdelta {

/// A bijection of words in which every bit of the result depends on every bit of `word`: the
/// finalizer of SplitMix64 (Steele, Lea and Flood, 2014; Stafford's constants).
[[nodiscard]] constexpr std::uint64_t scrambled(std::uint64_t word) noexcept {
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
  return word ^ (word >> 31);
}

inline constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15;  // of 2^64, and odd

class random_bits {
 public:
  /// A stream of its own for every key. The words of the key are absorbed one after the other, and
  /// SplitMix64 then fills the state.
  explicit random_bits(std::initializer_list<std::uint64_t> key) noexcept {
    std::uint64_t digest = 0;
    for (const std::uint64_t word : key) digest = scrambled(digest + golden_ratio + word);
    for (std::uint64_t& word : state_) word = scrambled(digest += golden_ratio);
  }

  [[nodiscard]] std::uint64_t operator()() noexcept {
    auto& [a, b, c, d] = state_;
    const std::uint64_t result = std::rotl(b * 5, 7) * 9;
    const std::uint64_t shifted = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = std::rotl(d, 45);
    return result;
  }

  /// Uniform in [0, 1): a multiple of 2^-53.
  [[nodiscard]] double uniform() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// Uniform in 0 .. bound - 1, for 1 <= bound <= 2^32 (Lemire, "Fast random integer generation in
  /// an interval", 2019). The upper half of a 32-bit draw times the bound is the answer; the few
  /// draws that would favour some answers are told by the lower half and drawn again.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
    std::uint64_t product = ((*this)() >> 32) * bound;
    if ((product & low_half) < bound) {
      const std::uint64_t unfair = ((std::uint64_t{1} << 32) - bound) % bound;
      while ((product & low_half) < unfair) product = ((*this)() >> 32) * bound;
    }
    return product >> 32;
  }

 private:
  static constexpr std::uint64_t low_half = 0xFFFFFFFF;

  std::array<std::uint64_t, 4> state_;
};

/// Fisher and Yates: every order of `items` is as likely as any other.
template <class Item>
void shuffle(std::span<Item> items, random_bits& bits) noexcept {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[bits.below(i)]);
}

}  // namespace permdelta

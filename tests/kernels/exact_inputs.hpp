#pragma once

/// Random inputs that an exact sum has reason to fear.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tests/kernels/fields.hpp"
#include "tests/kernels/inputs.hpp"

namespace permdelta::test {

/// A number with an exponent field from `lowest` to `lowest + spread`, as far as there are such.
template <element T>
[[nodiscard]] T draw_number(std::size_t lowest, std::size_t spread, splitmix64& random) {
  const auto exponent = std::min<std::size_t>(lowest + random.below(spread + 1), top_exponent<T>);
  const std::uint64_t bits = random();
  return from_fields<T>(bits >> 63 != 0, static_cast<unsigned>(exponent), bits);
}

enum class trap : std::uint8_t {
  bits,           ///< any finite numbers
  spread,         ///< exponents from a window, of any width
  equal,          ///< few different numbers
  powers,         ///< powers of two and their neighbours, not far apart: ties
  cancelling,     ///< numbers and their negatives, and something left over
  huge_and_tiny,  ///< one number and its negative, and others far below
  subnormal,      ///< subnormals only, some with few bits
  near_overflow,  ///< the largest exponents
  zeros,          ///< of both signs, and rarely another number
  sparse          ///< a few numbers far apart: lanes hold them, what adds up the lanes does not
};
inline constexpr std::size_t traps = 10;

template <element T>
void fill(trap kind, std::span<T> x, splitmix64& random) {
  constexpr std::size_t top = top_exponent<T>;
  constexpr std::array<std::size_t, 8> spreads{0, 1, 4, 10, 30, 60, 120, top};
  const std::size_t spread = spreads[random.below(spreads.size())];
  const std::size_t lowest = random.below(top + 1 - std::min(spread, top));
  switch (kind) {
    case trap::bits:
      for (T& value : x) value = draw_number<T>(0, top, random);
      break;
    case trap::spread:
      for (T& value : x) value = draw_number<T>(lowest, spread, random);
      break;
    case trap::equal: {
      const std::size_t kinds = 1 + random.below(3);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = i < kinds ? draw_number<T>(lowest, spread, random) : x[random.below(kinds)];
      break;
    }
    case trap::powers: {
      constexpr std::array<std::uint64_t, 4> fractions{0, 0, 1, fraction_mask<T>};
      const std::size_t window = random.below(static_cast<std::size_t>(format_of<T>.digits) + 4);
      for (T& value : x) {
        const auto exponent = exponent_field(draw_number<T>(lowest, window, random));
        value = from_fields<T>(random.below(2) == 0, exponent, fractions[random.below(4)]);
      }
      break;
    }
    case trap::cancelling: {
      const std::size_t rest = random.below(4);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = i + rest >= x.size() ? draw_number<T>(lowest / 2, 0, random)
               : i % 2 == 0         ? draw_number<T>(lowest, spread, random)
                                    : opposite(x[i - 1]);
      break;
    }
    case trap::huge_and_tiny:
      for (T& value : x) value = draw_number<T>(lowest / 3, spread / 4, random);
      if (x.size() >= 2) {
        x[0] = draw_number<T>(top - random.below(top / 4), 0, random);
        x[1] = opposite(x[0]);
      }
      break;
    case trap::subnormal:
      for (T& value : x) {
        const auto digits = random.below(static_cast<std::size_t>(fraction_bits<T>) + 1);
        value = from_fields<T>(random.below(2) == 0, 0, fraction_mask<T> >> digits & random());
      }
      break;
    case trap::near_overflow:
      for (T& value : x) {
        value = draw_number<T>(top - random.below(2), 1, random);
        if (random.below(2) == 0)
          value = from_fields<T>(random.below(2) == 0, top_exponent<T>, fraction_mask<T>);
      }
      break;
    case trap::zeros:
      for (T& value : x)
        value = random.below(50) == 0 ? draw_number<T>(0, 0, random)
                                      : from_fields<T>(random.below(2) == 0, 0, 0);
      break;
    case trap::sparse:
      for (T& value : x) value = T{};
      for (std::size_t i = 2 + random.below(5); i > 0 && !x.empty(); --i)
        x[random.below(x.size())] = draw_number<T>(lowest, spread, random);
      break;
  }
}

/// Mostly up to 40, some up to 300, rarely up to 40000: multiples of every block, and next to them.
[[nodiscard]] inline std::size_t draw_size(splitmix64& random) {
  const std::size_t choice = random.below(2000);
  if (choice >= 100) return random.below(41);
  if (choice >= 1) return random.below(301);
  constexpr std::array<std::size_t, 5> blocks{1920, 3840, 4096, 7680, 16384};
  const std::size_t block = blocks[random.below(blocks.size())];
  return block * (1 + random.below(40000 / block)) + random.below(3) - 1;
}

/// An input of one kind, or of one after another, in pieces that take no heed of blocks; zeros
/// among them; in one of a hundred an infinity or NaN or two.
template <element T>
void draw_input(std::vector<T>& x, splitmix64& random) {
  x.resize(draw_size(random));
  const std::span<T> all(x);
  const std::size_t piece = random.below(4) != 0 ? x.size() : 1 + random.below(x.size() + 1);
  for (std::size_t i = 0; i < x.size(); i += piece) {
    const auto part = all.subspan(i, std::min(piece, x.size() - i));
    fill(static_cast<trap>(random.below(traps)), part, random);
    if (random.below(2) == 0) shuffle(part, random);
  }
  if (x.empty()) return;
  if (random.below(8) == 0)
    for (T& value : x)
      if (random.below(4) == 0) value = from_fields<T>(random.below(2) == 0, 0, 0);
  if (random.below(8) == 0)
    for (T& value : x) value = from_bits<T>(bits_of(value) & ~sign_bit<T>);
  if (random.below(100) == 0)
    for (std::size_t count = 1 + random.below(2); count > 0; --count)
      x[random.below(x.size())] = from_fields<T>(random.below(2) == 0, special_exponent<T>,
                                                 random.below(4) == 0 ? random() : 0);
}

/// An input for a failure message: its bits, if they are few.
template <element T>
[[nodiscard]] std::string show(std::span<const T> x) {
  std::string text = "n = " + std::to_string(x.size());
  if (x.size() > 40) return text;
  text += ":";
  for (const T value : x) text += " " + show(value);
  return text;
}

}  // namespace permdelta::test

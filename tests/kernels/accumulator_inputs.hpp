#pragma once

/// Inputs of the tests of `exact_accumulator`: mixes of every kind of number, a few of them or more
/// than fill a block.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kernels/exact_inputs.hpp"
#include "tests/kernels/fields.hpp"
#include "tests/kernels/inputs.hpp"

namespace permdelta::test {

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

inline constexpr std::array<named_mix, 8> mixes{{{mix::spread, "spread"},
                                                 {mix::subnormal, "subnormal"},
                                                 {mix::ladder, "ladder"},
                                                 {mix::cancelling, "cancelling"},
                                                 {mix::overflowing, "overflowing"},
                                                 {mix::zeros, "zeros"},
                                                 {mix::infinite, "infinite"},
                                                 {mix::not_numbers, "not_numbers"}}};

/// Puts one or several of `values` into x.
template <element T>
void sprinkle(std::span<T> x, std::span<const T> values, splitmix64& random) noexcept {
  if (x.empty()) return;
  for (std::size_t count = 1 + random.below(4); count > 0; --count)
    x[random.below(x.size())] = values[random.below(values.size())];
}

template <element T>
[[nodiscard]] std::vector<T> draw(mix kind, std::size_t n, splitmix64& random) {
  constexpr std::size_t top = top_exponent<T>;
  constexpr std::array<std::size_t, 8> widths{0, 1, 3, 10, 30, 60, 200, top};
  const std::size_t width = std::min(widths[random.below(widths.size())], top);
  const std::size_t lowest = random.below(top - width + 1);
  const auto spread = [&] { return draw_number<T>(lowest, width, random); };
  const auto any = [&] { return draw_number<T>(0, top, random); };
  const auto special = [](bool minus, std::uint64_t fraction) {
    return from_fields<T>(minus, special_exponent<T>, fraction);
  };
  const std::array zeros{T{}, opposite(T{})};
  const std::array infinities{special(false, 0), special(true, 0)};
  const std::array nans{special(false, (fraction_mask<T> >> 1) + 1), special(false, 1),
                        special(true, 2), infinities[0], infinities[1]};
  std::vector<T> x(n);
  switch (kind) {
    case mix::spread:
      std::generate(x.begin(), x.end(), spread);
      break;
    case mix::subnormal:
      std::generate(x.begin(), x.end(), [&] { return draw_number<T>(0, 0, random); });
      break;
    case mix::ladder: {
      const bool up = random.below(2) == 0;
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t rung = i % (top + 1);
        x[i] = draw_number<T>(up ? rung : top - rung, 0, random);
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
        const T large = draw_number<T>(top - 1, 1, random);
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
[[nodiscard]] inline std::size_t draw_length(splitmix64& random) noexcept {
  const std::size_t kind = random.below(40);
  return kind == 0 ? random.below(20000) : kind < 10 ? random.below(1500) : random.below(100);
}

/// Calls visit(x, what) for `trials` inputs of every mix.
template <element T, class Visit>
void for_each_input(std::uint64_t seed, int trials, const Visit& visit) {
  splitmix64 random(seed);
  for (const named_mix& m : mixes)
    for (int trial = 0; trial < trials; ++trial) {
      const std::size_t n = draw_length(random);
      const auto x = draw<T>(m.kind, n, random);
      visit(std::span<const T>(x), describe(m.name, n, seed) + " trial " + std::to_string(trial));
    }
}

}  // namespace permdelta::test

#pragma once

/// What a summation method reads: a sequence of numbers of the compute type C, a batch or a single
/// one at a time.
///
/// A source has
///   arch, compute             its instruction set and C
///   width                     lanes of a batch
///   exact                     whether reading rounds nothing
///   line                      numbers in a line of the cache
///   size()                    how many numbers there are
///   load(i)                   numbers i ... i + width - 1, which must exist
///   at(i)                     number i
///   join(i, j)                numbers i ... i + 7 and j ... j + 7, where a batch has 16 lanes
///   prefetch(i)               number i, if there is one, is on its way to the second cache
/// and is a handful of words that pass by value. Sources of sources (squared deviations, say) apply
/// a function of one number on the way, so a method is written once and never knows what it adds.

#include <cstddef>
#include <type_traits>

#include "kernels/exponential.hpp"
#include "kernels/native/native.hpp"
#include "kernels/tuning.hpp"

namespace permdelta {

/// The identity of floating-point addition: x + (-0.0) is x for every x, -0.0 included, which 0.0
/// does not manage.
template <class C>
inline constexpr C nothing = C{-0.0};

/// The n elements at `data`, widened to their compute type.
template <class Arch, element T>
struct elements {
  using arch = Arch;
  using compute = compute_t<T>;
  static constexpr std::size_t width = batch<Arch, compute>::size;

  static constexpr bool exact = true;
  static constexpr std::size_t line = 64 / sizeof(T);

  const T* data;
  std::size_t n;

  [[nodiscard]] std::size_t size() const noexcept { return n; }

  [[nodiscard]] batch<Arch, compute> load(std::size_t i) const noexcept {
    if constexpr (std::is_same_v<T, compute>)
      return batch<Arch, compute>::load_unaligned(data + i);
    else
      return native<Arch>::widen(data + i);
  }

  [[nodiscard]] batch<Arch, compute> join(std::size_t i, std::size_t j) const noexcept {
    return native<Arch>::join(data + i, data + j);
  }

  [[gnu::always_inline]] void prefetch(std::size_t i) const noexcept {
    __builtin_prefetch(data + i, 0, 2);
  }

  /// Numbers i ... as doubles, as many as wide_doubles has.
  [[nodiscard]] auto wide(std::size_t i) const noexcept
      requires(std::is_same_v<T, float> || std::is_same_v<T, bf16>) {
    return native<Arch>::wide(data + i);
  }

  [[nodiscard]] compute at(std::size_t i) const noexcept {
    if constexpr (std::is_same_v<T, compute>)
      return data[i];
    else
      return permdelta::widen(data[i]);
  }
};

/// `function` of every number of another source.
template <class Source, class Function>
struct transformed {
  using arch = typename Source::arch;
  using compute = typename Source::compute;
  static constexpr std::size_t width = Source::width;

  static constexpr bool exact = false;
  static constexpr std::size_t line = Source::line;

  Source source;
  Function function;

  [[nodiscard]] std::size_t size() const noexcept { return source.size(); }
  [[nodiscard]] auto load(std::size_t i) const noexcept { return function(source.load(i)); }
  [[nodiscard]] auto join(std::size_t i, std::size_t j) const noexcept {
    return function(source.join(i, j));
  }
  [[nodiscard]] compute at(std::size_t i) const noexcept { return function(source.at(i)); }
  [[gnu::always_inline]] void prefetch(std::size_t i) const noexcept { source.prefetch(i); }
};

/// For a long stream from memory, step by step: every second line, 16 KiB ahead, where a step has
/// two. The lines between come with them; asked for too, or not at all, the stream is a quarter
/// slower on Zen 4.
template <std::size_t Step, class Source>
[[gnu::always_inline]] inline void prefetch_step(Source source, std::size_t i) noexcept {
#pragma GCC unroll 8
  for (std::size_t k = 0; k < Step; k += 2 * Source::line)
    source.prefetch(i + 256 * Source::line + k);
}

/// x - mean, rounded. Arch keeps its code apart from other instruction sets'.
template <class Arch, class C>
struct deviation {
  C mean;

  template <class Number>  // C or a batch of it
  [[nodiscard]] Number operator()(Number x) const noexcept {
    return x - Number(mean);
  }
};

/// (x - mean)^2, each operation rounded; of mean 0, x^2.
template <class Arch, class C>
struct squared_deviation {
  static constexpr bool nonnegative = true;  ///< or NaN

  C mean;

  template <class Number>
  [[nodiscard]] Number operator()(Number x) const noexcept {
    const Number deviation = x - Number(mean);
    return deviation * deviation;
  }
};

/// e^(x - largest), where no x is larger.
template <class Arch, class C>
struct shifted_exponential {
  static constexpr bool nonnegative = true;

  C largest;

  template <class Number>
  [[nodiscard]] Number operator()(Number x) const noexcept {
    return exponential<Arch>::of(x - Number(largest));
  }
};

/// The same where it has been calculated before: what is read is the exponential.
template <class Arch, class C>
struct kept_exponential {
  static constexpr bool nonnegative = true;

  C largest;

  template <class Number>
  [[nodiscard]] Number operator()(Number e) const noexcept {
    return e;
  }
};

/// What each_wide does, for a batch of floats.
template <class Source, class Use>
[[gnu::always_inline]] inline void each_wide_of(batch<typename Source::arch, float> numbers,
                                                Use use) noexcept {
  using simd = native<typename Source::arch>;
  constexpr std::size_t lanes = simd::wide_doubles::size;
  alignas(64) float in_memory[Source::width];
  numbers.store_aligned(in_memory);
#pragma GCC unroll 8
  for (std::size_t k = 0; k < Source::width / lanes; ++k) use(simd::wide(in_memory + k * lanes), k);
}

/// All numbers of a batch of floats from i on as doubles, one batch of wide_doubles after the other
/// given to `use(doubles, k)`.
template <class Source, class Use>
[[gnu::always_inline]] inline void each_wide(Source source, std::size_t i, Use use) noexcept {
  using simd = native<typename Source::arch>;
  constexpr std::size_t lanes = simd::wide_doubles::size;
  if constexpr (requires { source.wide(i); }) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < Source::width / lanes; ++k) use(source.wide(i + k * lanes), k);
  } else {
    each_wide_of<Source>(source.load(i), use);
  }
}

/// A method's batch for a source.
template <class Source>
using batch_of = batch<typename Source::arch, typename Source::compute>;

/// 0, 1, 2 ... in the lanes of a batch.
template <class Arch, class C>
struct counted_lanes {
  alignas(64) C values[batch<Arch, C>::size];
};
template <class Arch, class C>
inline constexpr counted_lanes<Arch, C> lane_numbers = [] {
  counted_lanes<Arch, C> lanes{};
  for (int k = 0; C & value : lanes.values) value = static_cast<C>(k++);
  return lanes;
}();

/// Lanes 0 ... count - 1.
template <class Arch, class C>
[[nodiscard, gnu::always_inline]] inline auto first_lanes(std::size_t count) noexcept {
  using vector = batch<Arch, C>;
  if constexpr (requires { native<Arch>::are_first(vector(), count); })
    return native<Arch>::are_first(vector(), count);
  else
    return vector::load_aligned(lane_numbers<Arch, C>.values) < vector(static_cast<C>(count));
}

/// What load_some does, where the instruction set has no loads of some lanes.
template <class Source>
[[nodiscard, gnu::noinline]] batch_of<Source> load_singly(Source source, std::size_t i,
                                                          std::size_t count) noexcept {
  using C = typename Source::compute;
  alignas(64) C lanes[Source::width];
  for (std::size_t k = 0; k < Source::width; ++k)
    lanes[k] = k < count ? source.at(i + k) : nothing<C>;
  return batch_of<Source>::load_aligned(lanes);
}

/// Numbers i ... i + count - 1 in the first lanes, the identity of addition in the others. count <
/// width.
template <class Arch, element T>
[[nodiscard, gnu::always_inline]] inline batch<Arch, compute_t<T>> load_some(
    elements<Arch, T> source, std::size_t i, std::size_t count) noexcept {
  if constexpr (requires { native<Arch>::load_first(source.data, count); })
    return native<Arch>::load_first(source.data + i, count);
  else
    return load_singly(source, i, count);
}

/// The function is for all lanes at once.
template <class Source, class Function>
[[nodiscard, gnu::always_inline]] inline batch_of<Source> load_some(
    transformed<Source, Function> numbers, std::size_t i, std::size_t count) noexcept {
  using C = typename Source::compute;
  return xsimd::select(first_lanes<typename Source::arch, C>(count),
                       numbers.function(load_some(numbers.source, i, count)),
                       batch_of<Source>(nothing<C>));
}

}  // namespace permdelta

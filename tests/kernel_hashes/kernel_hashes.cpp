/// Prints a hash of what every kernel computes: one line `operation/method/type isa hash` a kernel.
/// Two machines whose lines agree compute the same bits; compare.sh says where they have to.
///
/// It stands on kernels/ alone, so it can be cross-built and run under an emulator.
///
///   kernel_hashes            every instruction set that this machine can run
///   kernel_hashes avx2 ...   these, whether or not the machine claims to run them
///
/// The inputs come from integers, by exact conversions only: they are the same on every platform.

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

/// Every size up to 300, and around those where a tree grows another level.
struct size_range {
  std::size_t first;
  std::size_t last;
};
constexpr size_range sizes[] = {{0, 300},     {505, 530},   {1010, 1040},  {2040, 2056},
                                {4090, 4105}, {8188, 8194}, {20011, 20011}};
constexpr std::size_t largest = 20011;
constexpr std::size_t offsets = 16;  // pointers start at every multiple of sizeof(T) up to here

template <element T>
using bits_t = std::conditional_t<sizeof(T) == 8, std::uint64_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint16_t>>;

/// Vigna's SplitMix64: the n-th output of the generator that was seeded with `seed`.
std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t n) {
  std::uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Normal numbers with a random sign, fraction and exponent, the exponent from
/// [lowest, lowest + exponents). The lowest allowed is one below the smallest normal exponent of T:
/// it gives the subnormal numbers.
template <element T>
std::vector<T> random_elements(std::uint64_t seed, int lowest, unsigned exponents) {
  using bits = bits_t<T>;
  constexpr unsigned fraction_digits = format_of<T>.digits - 1;
  constexpr auto fraction_mask = static_cast<bits>((std::uint64_t{1} << fraction_digits) - 1);
  constexpr int bias = format_of<T>.max_exponent;
  const auto biased_lowest = static_cast<unsigned>(lowest + bias);

  std::vector<T> elements(largest + offsets);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::uint64_t fraction = splitmix64(seed, 2 * i) & fraction_mask;
    const std::uint64_t random = splitmix64(seed, 2 * i + 1);
    const std::uint64_t sign = random >> 63;
    const std::uint64_t exponent = biased_lowest + random % exponents;
    const auto pattern =
        static_cast<bits>(sign << (8 * sizeof(T) - 1) | exponent << fraction_digits | fraction);
    elements[i] = std::bit_cast<T>(pattern);
  }
  return elements;
}

/// What the kernels of one element type are fed.
template <element T>
struct fixed_inputs {
  /// Around 1, spread so far that nearly every addition rounds.
  std::vector<T> ordinary = random_elements<T>(1, sizeof(T) == 2 ? -12 : -16, 16);
  /// From the subnormal numbers upwards: a machine that flushes them to zero is found out.
  std::vector<T> tiny = random_elements<T>(2, format_of<T>.min_exponent - 1, 6);
};

/// FNV-1a over the bytes of results, lowest byte first.
class fnv1a {
 public:
  template <element T>
  void add(T value) {
    auto bits = std::bit_cast<bits_t<T>>(value);
    // Which NaN an invalid operation gives is the machine's choice, not the kernel's.
    if (const double wide = to_double(value); wide != wide)
      bits = std::numeric_limits<bits_t<T>>::max();
    for (std::size_t i = 0; i < sizeof bits; ++i) {
      hash_ ^= static_cast<std::uint8_t>(bits >> (8 * i));
      hash_ *= 0x100000001b3u;
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

template <element T>
std::uint64_t hash_of(operation op, kernel_function<T> run) {
  static const fixed_inputs<T> inputs;
  std::vector<T> y(largest + offsets);
  fnv1a hash;
  const auto run_on = [&](const std::vector<T>& elements, std::size_t n) {
    const T* const x = elements.data() + n % offsets;
    T* const out = y.data() + n / 3 % offsets;
    run(x, n, out);
    std::for_each_n(out, output_size(op, n), [&](T value) { hash.add(value); });
  };
  for (const auto* elements : {&inputs.ordinary, &inputs.tiny}) {
    for (const auto [first, last] : sizes)
      for (std::size_t n = first; n <= last; ++n) run_on(*elements, n);
  }
  return hash.value();
}

void print_hashes(isa wanted) {
  for (const kernel& k : catalog()) {
    if (k.isa != wanted) continue;
    const std::uint64_t hash =
        std::visit([&](auto run) { return hash_of(k.operation, run); }, k.run);
    const std::string_view isa_name = name(k.isa);
    std::printf("%s %.*s %016" PRIx64 "\n", name_of(k).c_str(), static_cast<int>(isa_name.size()),
                isa_name.data(), hash);
    std::fflush(stdout);
  }
}

int print_named(std::span<char*> names) {
  for (const char* text : names) {
    const auto wanted = from_name<isa>(text);
    if (!wanted || std::ranges::find(compiled_isas(), *wanted) == compiled_isas().end()) {
      std::fprintf(stderr, "kernel_hashes: no kernels for '%s' here\n", text);
      return 2;
    }
    print_hashes(*wanted);
  }
  return 0;
}

}  // namespace
}  // namespace permdelta

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (argc > 1) return permdelta::print_named(arguments.subspan(1));
  for (const permdelta::isa each : permdelta::compiled_isas())
    if (permdelta::runnable(each)) permdelta::print_hashes(each);
  return 0;
}

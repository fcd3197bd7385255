/// Fuzzes `exact` on every instruction set of this machine, with and without the inexact flag,
/// whole and in parts, against mpfr_sum:
///
///   cmake --preset asan-ubsan && cmake --build --preset asan-ubsan
///   mkdir -p build/corpus
///   build/asan-ubsan/bin/exact_fuzz -max_len=4096 -max_total_time=600 build/corpus
///
/// Clang only. Give -jobs=2 for two processes. What it finds is printed as an input and lies in a
/// crash-* file, which, given as the only argument, runs again.
///
/// Of the input's bytes, the first eight say what the others are: the type, elements as they lie in
/// memory or tokens that make exponents, ties, repetitions and cancellation likely, and where a sum
/// in parts is cut.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "kernels/exact/accumulator.hpp"
#include "kernels/parts.hpp"
#include "tests/kernels/definition.hpp"
#include "tests/kernels/exact_support.hpp"
#include "tests/kernels/fields.hpp"

namespace permdelta::test {
namespace {

constexpr std::size_t header_size = 8;
constexpr std::size_t most_elements = 40000;  // two blocks and a half

using bytes = std::span<const std::uint8_t>;

/// Elements as they lie in memory.
template <element T>
[[nodiscard]] std::vector<T> raw_elements(bytes data) {
  std::vector<T> x(data.size() / sizeof(T));
  if (!x.empty()) std::memcpy(x.data(), data.data(), x.size() * sizeof(T));
  return x;
}

/// Four bytes make some elements: how far the exponent is from a common one, sign and kind, bits
/// for the fraction, and how many: as many as a block has in rare inputs, which take their time.
template <element T>
[[nodiscard]] std::vector<T> made_elements(bytes header, bytes data) {
  std::vector<T> x;
  const unsigned base = (header[2] * 256U + header[3]) % special_exponent<T>;
  const unsigned stride = 1 + header[4] % 8;
  for (; data.size() >= 4; data = data.subspan(4)) {
    const unsigned exponent = (base + data[0] * stride) % special_exponent<T>;
    const bool minus = (data[1] & 1) != 0;
    T value{};
    switch (data[1] >> 1 & 7) {
      case 0:
        value = from_fields<T>(minus, exponent, 0);
        break;
      case 1:
        value = from_fields<T>(minus, exponent, fraction_mask<T>);
        break;
      case 2:
        value = from_fields<T>(minus, exponent, 1);
        break;
      case 3:
        value = from_fields<T>(minus, exponent, data[2] * 0x0101010101010101U);
        break;
      case 4:
        value = from_fields<T>(minus, 0, data[2]);
        break;
      case 5:
        value = from_fields<T>(minus, top_exponent<T> - data[2] % 4, fraction_mask<T>);
        break;
      case 6:
        value = x.empty() ? value : opposite(x[x.size() - 1 - data[2] % x.size()]);
        break;
      default:
        value = data[2] == 0xFF ? from_fields<T>(minus, special_exponent<T>, data[0])
                                : from_fields<T>(minus, exponent, std::uint64_t{data[2]} << 2);
        break;
    }
    const std::size_t count =
        data[3] < 0xF0 ? 1 + data[3] % 16 : std::size_t{1} << (data[3] - 0xF0);
    if (x.size() + count > most_elements) break;
    x.insert(x.end(), count, value);
  }
  return x;
}

template <element T>
struct input {
  std::vector<T> x;
  std::size_t cut;
};

template <element T>
[[noreturn]] void fail(const input<T>& in, const std::string& what, T expected, T got) {
  std::fprintf(stderr, "%s of %zu elements of %s, cut at %zu: %s, not %s\n", what.c_str(),
               in.x.size(), std::string(name(element_type_of<T>)).c_str(), in.cut,
               show(got).c_str(), show(expected).c_str());
  for (std::size_t i = 0, same_from = 0; i < in.x.size(); ++i) {
    if (i + 1 < in.x.size() && bits_of(in.x[i + 1]) == bits_of(in.x[same_from])) continue;
    std::fprintf(stderr, "  %zu times 0x%llx\n", i + 1 - same_from,
                 static_cast<unsigned long long>(bits_of(in.x[i])));
    same_from = i + 1;
  }
  std::abort();
}

template <element T>
void check_kernels(const input<T>& in, const exact_results<T>& expected, const std::string& how) {
  for (const operation op : {operation::sum, operation::mean})
    for (const auto& [which, function] : exact_kernels<T>(op)) {
      T y{};
      function(in.x.data(), in.x.size(), &y);
      if (!same(y, expected.of(op)))
        fail(in, name_of(*which) + "@" + std::string(name(which->isa)) + how, expected.of(op), y);
    }
}

/// The definition, evaluated with MPFR's sums; there is no telling apart the elements by value, so
/// small inputs do.
template <element T>
void check_definition(operation op, const input<T>& in, const std::string& how) {
  if (in.x.empty() || in.x.size() > 600) return;
  using C = compute_t<T>;
  const auto sum = [](std::span<const C> x) { return exact_results<C>(x).sum; };
  const std::vector<T> expected = evaluate<T>(op, in.x, sum);
  std::vector<T> y(in.x.size());
  for (const auto& [which, function] : exact_kernels<T>(op)) {
    function(in.x.data(), in.x.size(), y.data());
    for (std::size_t i = 0; i < y.size(); ++i)
      if (!same(y[i], expected[i]))
        fail(in,
             name_of(*which) + "@" + std::string(name(which->isa)) + how + ", output " +
                 std::to_string(i),
             expected[i], y[i]);
  }
}

/// In two parts, which meet in every way that there is.
template <element T>
void check_accumulators(const input<T>& in, T expected, const std::string& how) {
  using C = compute_t<T>;
  const auto x = std::span<const T>(in.x);
  const auto check = [&](const auto& sum, const std::string& what) {
    const T y = sum.template round<T>();
    if (!same(y, expected)) fail(in, what + how, expected, y);
  };
  exact_accumulator<C> first;
  exact_accumulator<C> second;
  first.add(x.first(in.cut));
  second.add(x.subspan(in.cut));
  exact_accumulator<C> merged = second;
  merged.merge(first);
  check(merged, "an accumulator merged");
  first.add(x.subspan(in.cut));
  check(first, "an accumulator in two parts");
  exact_accumulator<C> single;
  if (x.size() <= 600) {
    for (const T value : x) single.add(value);
    if (!(single == merged)) fail(in, "an accumulator one by one" + how, expected, T{});
  }
  if (!(first == merged)) fail(in, "an accumulator's bytes" + how, expected, T{});
  merged.negate();
  first.merge(merged);
  const bool finite = is_finite(expected) || same(first.template round<T>(), T{});
  if (finite && value_of(first.template round<T>()) != 0)
    fail(in, "a sum less itself" + how, T{}, first.template round<T>());

  for (const isa which : compiled_isas()) {
    if (!runnable(which)) continue;
    partial_sum<C> sum{};
    const kernel& exact = *find_kernel(operation::sum, method::exact, element_type_of<T>, which);
    const auto& by = std::get<kernel_function<T>>(exact.run);
    sum_part<T>(by, terms::elements, x.subspan(in.cut), 0, sum);
    sum_part<T>(by, terms::elements, x.first(in.cut), 0, sum);
    const T y = round_to<T>(sum.exactly);
    if (!same(y, expected))
      fail(in, "accumulated by " + std::string(name(which)) + how, expected, y);
  }
}

template <element T>
void check(bytes header, bytes data) {
  input<T> in{(header[1] & 1) != 0 ? made_elements<T>(header, data) : raw_elements<T>(data), 0};
  // One infinity decides a sum, so most inputs have none: the upper bit of an exponent makes them
  // like 1.
  if ((header[1] & 6) != 0)
    for (T& value : in.x)
      if (!is_finite(value))
        value = from_bits<T>(bits_of(value) ^
                             bits_of(from_fields<T>(false, top_exponent<T> / 2 + 1, 0)));
  in.cut = (header[5] * 256U + header[6]) * (in.x.size() + 1) / 65536;
  const exact_results<T> expected(in.x);
  const auto every_way = [&](const std::string& how) {
    check_kernels(in, expected, how);
    for (const operation op : {operation::layernorm, operation::rmsnorm, operation::softmax})
      check_definition(op, in, how);
    check_accumulators(in, expected.sum, how);
  };
  every_way("");
  const distrust no_flag;
  every_way(" without the flag");
}

}  // namespace
}  // namespace permdelta::test

// By this name libFuzzer calls it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace permdelta;
  using namespace permdelta::test;
  if (size < header_size) return 0;
  const bytes header(data, header_size);
  const bytes rest(data + header_size, size - header_size);
  switch (header[0] % 4) {
    case 0:
      check<double>(header, rest);
      break;
    case 1:
      check<float>(header, rest);
      break;
    case 2:
      check<fp16>(header, rest);
      break;
    default:
      check<bf16>(header, rest);
      break;
  }
  return 0;
}

#include "kernels/catalog.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/operation/run.hpp"
#include "kernels/summation/methods.hpp"

namespace permdelta {
namespace {

struct compiled_isa {
  permdelta::isa isa;
  const isa_primitives& primitives;
};

// Which tables are compiled in is the build's decision (cmake/isa.cmake), narrowest first.
constexpr compiled_isa compiled[] = {
#ifdef PERMDELTA_HAS_SSE2
    {isa::sse2, sse2_primitives},
#endif
#ifdef PERMDELTA_HAS_AVX2
    {isa::avx2, avx2_primitives},
#endif
#ifdef PERMDELTA_HAS_AVX512
    {isa::avx512, avx512_primitives},
#endif
#ifdef PERMDELTA_HAS_NEON64
    {isa::neon64, neon64_primitives},
#endif
};

constexpr auto compiled_names = [] {
  std::array<isa, std::size(compiled)> names{};
  std::ranges::transform(compiled, names.begin(), &compiled_isa::isa);
  return names;
}();

#if defined(__x86_64__)
// Clang's __builtin_cpu_supports does not know it.
bool has_f16c() noexcept {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
#endif

// The compiler's own detection, because it asks the operating system too whether it saves the
// registers.
bool processor_runs(isa which) noexcept {
#if defined(__x86_64__)
  switch (which) {
    case isa::sse2:
      return true;
    case isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
    case isa::avx512:
      return processor_runs(isa::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw");
    default:
      return false;
  }
#else
  return which == isa::neon64;
#endif
}

// Of each element type.
void add_kernels(operation op, method how, const compiled_isa& set, std::vector<kernel>& kernels) {
  const auto add = [&]<element T>(const primitives<T>& by) {
    const sum_primitives<T>& sums = by.sums[static_cast<std::size_t>(how)];
    kernels.push_back(
        {op, how, set.isa, sums.lanes, kernel_function<T>{&by.row, &sums, run_of<T>(op, how)}});
  };
  std::apply([&](const auto&... by) { (add(by), ...); }, set.primitives);
}

// The bound of the method with this name, among all methods there are.
template <class... Methods>
double error_bound(method_list<Methods...>, const kernel& k, std::size_t n) noexcept {
  double bound = 0;
  ((Methods::method == k.method
        ? void(bound = Methods::error_bound(n, k.lanes, unit_roundoff(k.type())))
        : void()),
   ...);
  return bound;
}

}  // namespace

std::span<const kernel> catalog() noexcept {
  static const std::vector<kernel> all = [] {
    std::vector<kernel> kernels;
    for (const compiled_isa& set : compiled)
      for (std::size_t o = 0; o < names_of<operation>.size(); ++o)
        for (std::size_t m = 0; m < names_of<method>.size(); ++m)
          add_kernels(static_cast<operation>(o), static_cast<method>(m), set, kernels);
    return kernels;
  }();
  return all;
}

const kernel* find_kernel(operation op, method how, element_type type, isa which) noexcept {
  const auto all = catalog();
  const auto found = std::ranges::find_if(all, [&](const kernel& k) {
    return k.operation == op && k.method == how && k.type() == type && k.isa == which;
  });
  return found == all.end() ? nullptr : &*found;
}

std::string name_of(const kernel& k) {
  std::string text{name(k.operation)};
  return text.append("/").append(name(k.method)).append("/").append(name(k.type()));
}

std::span<const isa> compiled_isas() noexcept {
  return compiled_names;
}

bool runnable(isa which) noexcept {
  return std::ranges::find(compiled_names, which) != compiled_names.end() && processor_runs(which);
}

std::vector<isa> runnable_isas() {
  std::vector<isa> all;
  std::ranges::copy_if(compiled_isas(), std::back_inserter(all), runnable);
  return all;
}

isa best_isa() {
  const auto best = std::find_if(compiled_names.rbegin(), compiled_names.rend(), runnable);
  if (best != compiled_names.rend()) return *best;
  std::string names;
  for (const isa which : compiled_names) names.append(" ").append(name(which));
  throw std::runtime_error("this processor supports no compiled instruction set; compiled:" +
                           names);
}

double sum_error_bound(const kernel& k, std::size_t n) noexcept {
  return error_bound(methods{}, k, n);
}

}  // namespace permdelta

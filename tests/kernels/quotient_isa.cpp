// Compiled once for each instruction set that has a fused multiply-add, with its flags, like the
// kernels themselves.

#include "tests/kernels/quotient_isa.hpp"

#include "kernels/elementwise/quotient.hpp"
#if defined(__AVX512F__)
#include "kernels/native/avx512.hpp"
#define PERMDELTA_TESTED_ARCH xsimd::avx512bw
#define PERMDELTA_TESTED_NAME avx512
#elif defined(__AVX2__)
#include "kernels/native/avx2.hpp"
#define PERMDELTA_TESTED_ARCH xsimd::fma3<xsimd::avx2>
#define PERMDELTA_TESTED_NAME avx2
#elif defined(__aarch64__)
#include "kernels/native/neon64.hpp"
#define PERMDELTA_TESTED_ARCH xsimd::neon64
#define PERMDELTA_TESTED_NAME neon64
#endif

namespace permdelta::test {
namespace {

template <class C>
void corrected_quotients(const C* c, std::size_t n, C d, C* quotients) noexcept {
  using divisor = common_divisor<PERMDELTA_TESTED_ARCH, C>;
  using vector = typename divisor::vector;
  const divisor by(d);
  for (std::size_t i = 0; i < n; i += vector::size)
    by.corrected(vector::load_unaligned(c + i)).store_unaligned(quotients + i);
}

template <class C>
bool quotients_in_two(const C* c, std::size_t n, C d, C* quotients) noexcept {
  using divisor = common_divisor<PERMDELTA_TESTED_ARCH, C>;
  using vector = typename divisor::vector;
  const divisor by(d);
  if (!by.two_operations_do()) return false;
  for (std::size_t i = 0; i < n; i += vector::size)
    by.in_two(vector::load_unaligned(c + i)).store_unaligned(quotients + i);
  return true;
}

template <class C>
bool is_quick(C d, C mean) noexcept {
  return common_divisor<PERMDELTA_TESTED_ARCH, C>(d).is_quick_around(mean);
}

}  // namespace

constinit const quotient_functions PERMDELTA_TESTED_NAME{isa::PERMDELTA_TESTED_NAME,
                                                         corrected_quotients<float>,
                                                         corrected_quotients<double>,
                                                         quotients_in_two<float>,
                                                         quotients_in_two<double>,
                                                         is_quick<float>,
                                                         is_quick<double>};

}  // namespace permdelta::test

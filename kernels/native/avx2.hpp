#pragma once

#include <immintrin.h>

#include "kernels/native/native.hpp"

namespace permdelta {

/// AVX2 with FMA and F16C.
template <>
struct native<xsimd::fma3<xsimd::avx2>> {
  using arch = xsimd::fma3<xsimd::avx2>;
  using floats = batch<arch, float>;
  using doubles = batch<arch, double>;

  static constexpr isa tag = isa::avx2;
  static constexpr bool fused = true;
  static constexpr int registers = 16;
  static constexpr bool multipliers_add_too = false;

  static floats multiply_add(floats v, floats w, floats z) noexcept {
    return _mm256_fmadd_ps(v, w, z);
  }
  static doubles multiply_add(doubles v, doubles w, doubles z) noexcept {
    return _mm256_fmadd_pd(v, w, z);
  }

  static floats divide(floats v, floats w) noexcept { return _mm256_div_ps(v, w); }
  static doubles divide(doubles v, doubles w) noexcept { return _mm256_div_pd(v, w); }
  static floats square_root(floats v) noexcept { return _mm256_sqrt_ps(v); }
  static doubles square_root(doubles v) noexcept { return _mm256_sqrt_pd(v); }

  // The horizontal additions work within 128-bit lanes; the permutation brings the pairs of v
  // before those of w.
  static floats add_pairs(floats v, floats w) noexcept {
    const __m256d sums = _mm256_castps_pd(_mm256_hadd_ps(v, w));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(sums, 0xD8));
  }
  static doubles add_pairs(doubles v, doubles w) noexcept {
    return _mm256_permute4x64_pd(_mm256_hadd_pd(v, w), 0xD8);
  }

  static float first(floats v) noexcept { return _mm256_cvtss_f32(v); }
  static double first(doubles v) noexcept { return _mm256_cvtsd_f64(v); }

  template <std::size_t H>
  static floats upper(floats v) noexcept {
    if constexpr (H == 4) return _mm256_castps128_ps256(_mm256_extractf128_ps(v, 1));
    if constexpr (H == 2) return _mm256_permute_ps(v, 0xEE);
    if constexpr (H == 1) return _mm256_permute_ps(v, 0x55);
  }
  template <std::size_t H>
  static doubles upper(doubles v) noexcept {
    if constexpr (H == 2) return _mm256_castpd128_pd256(_mm256_extractf128_pd(v, 1));
    if constexpr (H == 1) return _mm256_permute_pd(v, 0xF);
  }

  static floats widen(const fp16* p) noexcept {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static void narrow(floats v, fp16* p) noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
  }
  static floats widen(const bf16* p) noexcept {
    const __m128i upper = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(upper), 16));
  }
  static void narrow(floats v, bf16* p) noexcept {
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i upper = _mm256_srli_epi32(bits, 16);
    const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
    const __m256i half = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, half), 16);
    const __m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    const __m256i result = _mm256_blendv_epi8(rounded, quiet, is_nan);
    // Packed within 128-bit lanes: the permutation brings the quarters together.
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(result, result), 0xD8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  static floats exponent(floats v) noexcept {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 23));
  }
  static doubles exponent(doubles v) noexcept {
    return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(v), 52));
  }

  static __m256i first_floats(std::size_t count) noexcept {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static __m256i first_doubles(std::size_t count) noexcept {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(count)),
                              _mm256_setr_epi64x(0, 1, 2, 3));
  }
  static floats load_first(const float* p, std::size_t count) noexcept {
    const __m256i lanes = first_floats(count);
    return _mm256_blendv_ps(_mm256_set1_ps(-0.0F), _mm256_maskload_ps(p, lanes),
                            _mm256_castsi256_ps(lanes));
  }
  static doubles load_first(const double* p, std::size_t count) noexcept {
    const __m256i lanes = first_doubles(count);
    return _mm256_blendv_pd(_mm256_set1_pd(-0.0), _mm256_maskload_pd(p, lanes),
                            _mm256_castsi256_pd(lanes));
  }
  static void store_first(floats v, std::size_t count, float* p) noexcept {
    _mm256_maskstore_ps(p, first_floats(count), v);
  }
  static void store_first(doubles v, std::size_t count, double* p) noexcept {
    _mm256_maskstore_pd(p, first_doubles(count), v);
  }

  static void stream(floats v, float* p) noexcept { _mm256_stream_ps(p, v); }
  static void stream(doubles v, double* p) noexcept { _mm256_stream_pd(p, v); }
  static void end_streams() noexcept { _mm_sfence(); }
  using wide_doubles = doubles;
  static wide_doubles wide(const float* p) noexcept { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
  static wide_doubles wide(const bf16* p) noexcept {
    const __m128i upper = _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    return _mm256_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(upper, 16)));
  }
  static floats add_beside(floats x, floats sum) noexcept {
    return _mm256_fmadd_ps(x, _mm256_set1_ps(1.0F), sum);
  }
  static doubles add_beside(doubles x, doubles sum) noexcept {
    return _mm256_fmadd_pd(x, _mm256_set1_pd(1.0), sum);
  }
  template <int Half>
  static doubles shrunk(floats v) noexcept {
    const __m256i bits = _mm256_castps_si256(v);
    if constexpr (Half == 0)
      return _mm256_castsi256_pd(_mm256_mul_epu32(bits, _mm256_set1_epi64x(1 << 29)));
    else
      return _mm256_castsi256_pd(
          _mm256_and_si256(_mm256_srli_epi64(bits, 3), _mm256_set1_epi64x(-(1 << 29))));
  }
  static __m256i no_bits(floats) noexcept { return _mm256_setzero_si256(); }
  static __m256i no_bits(doubles) noexcept { return _mm256_setzero_si256(); }
  static __m256i add_bits(__m256i sums, floats v) noexcept {
    return _mm256_add_epi32(sums, _mm256_castps_si256(v));
  }
  static __m256i add_bits(__m256i sums, doubles v) noexcept {
    return _mm256_add_epi64(sums, _mm256_castpd_si256(v));
  }
  static __m256i add_integers(__m256i i, __m256i j) noexcept { return _mm256_add_epi32(i, j); }
  static void store(__m256i v, std::int32_t* p) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static void store(__m256i v, std::int64_t* p) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static void pin(doubles& v) noexcept {
    __m256d pinned = v;
    asm volatile("" : "+x"(pinned));
    v = pinned;
  }
};

}  // namespace permdelta

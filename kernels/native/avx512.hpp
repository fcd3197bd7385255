#pragma once

#include <immintrin.h>

#include "kernels/native/native.hpp"

namespace permdelta {

/// AVX-512 F, CD, DQ and BW: what every server with AVX-512 has.
template <>
struct native<xsimd::avx512bw> {
  using arch = xsimd::avx512bw;
  using floats = batch<arch, float>;
  using doubles = batch<arch, double>;

  static constexpr isa tag = isa::avx512;
  static constexpr bool fused = true;
  static constexpr int registers = 32;
  static constexpr bool multipliers_add_too = true;

  static floats multiply_add(floats v, floats w, floats z) noexcept {
    return _mm512_fmadd_ps(v, w, z);
  }
  static doubles multiply_add(doubles v, doubles w, doubles z) noexcept {
    return _mm512_fmadd_pd(v, w, z);
  }

  static floats divide(floats v, floats w) noexcept { return _mm512_div_ps(v, w); }
  static doubles divide(doubles v, doubles w) noexcept { return _mm512_div_pd(v, w); }
  static floats square_root(floats v) noexcept { return _mm512_sqrt_ps(v); }
  static doubles square_root(doubles v) noexcept { return _mm512_sqrt_pd(v); }

  static floats add_pairs(floats v, floats w) noexcept {
    const __m512i even =
        _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    return _mm512_add_ps(_mm512_permutex2var_ps(v, even, w), _mm512_permutex2var_ps(v, odd, w));
  }
  static doubles add_pairs(doubles v, doubles w) noexcept {
    const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
    return _mm512_add_pd(_mm512_permutex2var_pd(v, even, w), _mm512_permutex2var_pd(v, odd, w));
  }

  static float first(floats v) noexcept { return _mm512_cvtss_f32(v); }
  static double first(doubles v) noexcept { return _mm512_cvtsd_f64(v); }

  template <std::size_t H>
  static floats upper(floats v) noexcept {
    if constexpr (H == 8) return _mm512_castps256_ps512(_mm512_extractf32x8_ps(v, 1));
    if constexpr (H == 4) return _mm512_castps128_ps512(_mm512_extractf32x4_ps(v, 1));
    if constexpr (H == 2) return _mm512_permute_ps(v, 0xEE);
    if constexpr (H == 1) return _mm512_permute_ps(v, 0x55);
  }
  template <std::size_t H>
  static doubles upper(doubles v) noexcept {
    if constexpr (H == 4) return _mm512_castpd256_pd512(_mm512_extractf64x4_pd(v, 1));
    if constexpr (H == 2) return _mm512_castpd128_pd512(_mm512_extractf64x2_pd(v, 1));
    if constexpr (H == 1) return _mm512_permute_pd(v, 0xFF);
  }

  static floats widen(const fp16* p) noexcept {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  // Where nothing is optimised this intrinsic is a macro, and GCC's mask of -1 is converted here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
  static __m256i narrowed(floats v, const fp16*) noexcept {
    return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT);
  }
#pragma GCC diagnostic pop

  static floats widen(const bf16* p) noexcept {
    const __m256i upper = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(upper), 16));
  }
  // Not AVX-512 BF16's conversion, which takes subnormals for zeros.
  static __m256i narrowed(floats v, const bf16*) noexcept {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i upper = _mm512_srli_epi32(bits, 16);
    const __m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
    const __m512i half = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF));
    const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, half), 16);
    const __m512i quiet = _mm512_or_si512(upper, _mm512_set1_epi32(0x40));
    const __mmask16 is_nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_mask_mov_epi32(rounded, is_nan, quiet));
  }
  template <class Half>
  static void narrow(floats v, Half* p) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrowed(v, p));
  }

  static __mmask32 first_lanes(std::size_t count) noexcept {
    return (1U << count) - 1;
  }
  static xsimd::batch_bool<float, arch> are_first(floats, std::size_t count) noexcept {
    return static_cast<__mmask16>(first_lanes(count));
  }
  static xsimd::batch_bool<double, arch> are_first(doubles, std::size_t count) noexcept {
    return static_cast<__mmask8>(first_lanes(count));
  }
  static floats load_first(const float* p, std::size_t count) noexcept {
    const auto lanes = static_cast<__mmask16>(first_lanes(count));
    return _mm512_mask_loadu_ps(_mm512_set1_ps(-0.0F), lanes, p);
  }
  static doubles load_first(const double* p, std::size_t count) noexcept {
    const auto lanes = static_cast<__mmask8>(first_lanes(count));
    return _mm512_mask_loadu_pd(_mm512_set1_pd(-0.0), lanes, p);
  }
  static floats load_first(const fp16* p, std::size_t count) noexcept {
    const __m512i halves = _mm512_maskz_loadu_epi16(first_lanes(count), p);
    const auto lanes = static_cast<__mmask16>(first_lanes(count));
    return _mm512_mask_cvtph_ps(_mm512_set1_ps(-0.0F), lanes, _mm512_castsi512_si256(halves));
  }
  static floats load_first(const bf16* p, std::size_t count) noexcept {
    const __m512i halves = _mm512_maskz_loadu_epi16(first_lanes(count), p);
    const __m512i wide = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(halves));
    const auto lanes = static_cast<__mmask16>(first_lanes(count));
    const __m512i zeros = _mm512_castps_si512(_mm512_set1_ps(-0.0F));
    return _mm512_castsi512_ps(_mm512_mask_slli_epi32(zeros, lanes, wide, 16));
  }
  static void store_first(floats v, std::size_t count, float* p) noexcept {
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>(first_lanes(count)), v);
  }
  static void store_first(doubles v, std::size_t count, double* p) noexcept {
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>(first_lanes(count)), v);
  }
  template <class Half>
  static void store_first(floats v, std::size_t count, Half* p) noexcept {
    _mm512_mask_storeu_epi16(p, first_lanes(count), _mm512_castsi256_si512(narrowed(v, p)));
  }

  static void stream(floats v, float* p) noexcept {
    _mm512_stream_ps(p, v);
  }
  static void stream(doubles v, double* p) noexcept {
    _mm512_stream_pd(p, v);
  }
  static void end_streams() noexcept {
    _mm_sfence();
  }
  static floats join(const float* p, const float* q) noexcept {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(p)), _mm256_loadu_ps(q), 1);
  }
  static floats join(const fp16* p, const fp16* q) noexcept {
    const __m128i lower = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i upper = _mm_loadu_si128(reinterpret_cast<const __m128i*>(q));
    return _mm512_cvtph_ps(_mm256_inserti128_si256(_mm256_castsi128_si256(lower), upper, 1));
  }
  static floats join(const bf16* p, const bf16* q) noexcept {
    const __m128i lower = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i upper = _mm_loadu_si128(reinterpret_cast<const __m128i*>(q));
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(lower), upper, 1);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(both), 16));
  }
  static floats exponent(floats v) noexcept {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 23));
  }
  static doubles exponent(doubles v) noexcept {
    return _mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(v), 52));
  }
  static floats add_beside(floats x, floats sum) noexcept {
    return _mm512_fmadd_ps(x, _mm512_set1_ps(1.0F), sum);
  }
  static doubles add_beside(doubles x, doubles sum) noexcept {
    return _mm512_fmadd_pd(x, _mm512_set1_pd(1.0), sum);
  }
  template <int Half>
  static doubles shrunk(floats v) noexcept {
    const __m512i bits = _mm512_castps_si512(v);
    if constexpr (Half == 0)
      return _mm512_castsi512_pd(_mm512_mul_epu32(bits, _mm512_set1_epi64(1 << 29)));
    else
      return _mm512_castsi512_pd(
          _mm512_and_si512(_mm512_srli_epi64(bits, 3), _mm512_set1_epi64(-(1 << 29))));
  }
  static __m512i no_bits(floats) noexcept {
    return _mm512_setzero_si512();
  }
  static __m512i no_bits(doubles) noexcept {
    return _mm512_setzero_si512();
  }
  static __m512i add_bits(__m512i sums, floats v) noexcept {
    return _mm512_add_epi32(sums, _mm512_castps_si512(v));
  }
  static __m512i add_bits(__m512i sums, doubles v) noexcept {
    return _mm512_add_epi64(sums, _mm512_castpd_si512(v));
  }
  static __m512i add_integers(__m512i i, __m512i j) noexcept {
    return _mm512_add_epi32(i, j);
  }
  static void store(__m512i v, std::int32_t* p) noexcept {
    _mm512_storeu_si512(p, v);
  }
  static void store(__m512i v, std::int64_t* p) noexcept {
    _mm512_storeu_si512(p, v);
  }
  static void pin(doubles& v) noexcept {
    __m512d pinned = v;
    asm volatile("" : "+v"(pinned));
    v = pinned;
  }

  // Widened floats are added in registers of 256 bits: on Zen 4 a conversion to 512 bits takes two
  // cycles, and two to 256 bits hardly more than one.
  struct wide_doubles {
    static constexpr std::size_t size = 4;
    __m256d v;

    wide_doubles() = default;
    wide_doubles(__m256d other) noexcept : v(other) {}
    explicit wide_doubles(double all) noexcept : v(_mm256_set1_pd(all)) {}
    void store_aligned(double* p) const noexcept { _mm256_store_pd(p, v); }
    friend wide_doubles operator+(wide_doubles a, wide_doubles b) noexcept {
      return _mm256_add_pd(a.v, b.v);
    }
    friend wide_doubles operator-(wide_doubles a, wide_doubles b) noexcept {
      return _mm256_sub_pd(a.v, b.v);
    }
  };
  static wide_doubles wide(const float* p) noexcept {
    return _mm256_cvtps_pd(_mm_loadu_ps(p));
  }
  static wide_doubles wide(const bf16* p) noexcept {
    const __m128i upper = _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    return _mm256_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(upper, 16)));
  }
  static wide_doubles add_beside(wide_doubles x, wide_doubles sum) noexcept {
    return _mm256_fmadd_pd(x.v, _mm256_set1_pd(1.0), sum.v);
  }
  static __m256i no_bits(wide_doubles) noexcept {
    return _mm256_setzero_si256();
  }
  static __m256i add_bits(__m256i sums, wide_doubles v) noexcept {
    return _mm256_add_epi64(sums, _mm256_castpd_si256(v.v));
  }
  static void store(__m256i v, std::int64_t* p) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static void pin(wide_doubles& v) noexcept {
    asm volatile("" : "+x"(v.v));
  }
  template <std::size_t H>
  static wide_doubles upper(wide_doubles v) noexcept {
    if constexpr (H == 2) return _mm256_castpd128_pd256(_mm256_extractf128_pd(v.v, 1));
    if constexpr (H == 1) return _mm256_permute_pd(v.v, 0xF);
  }
  static double first(wide_doubles v) noexcept {
    return _mm256_cvtsd_f64(v.v);
  }
};

}  // namespace permdelta

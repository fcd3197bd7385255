#pragma once

#include <emmintrin.h>

#include "kernels/native/native.hpp"

namespace permdelta {

template <>
struct native<xsimd::sse2> {
  using arch = xsimd::sse2;
  using floats = batch<arch, float>;
  using doubles = batch<arch, double>;

  static constexpr isa tag = isa::sse2;
  static constexpr bool fused = false;
  static constexpr int registers = 16;
  static constexpr bool multipliers_add_too = false;

  static floats divide(floats v, floats w) noexcept { return _mm_div_ps(v, w); }
  static doubles divide(doubles v, doubles w) noexcept { return _mm_div_pd(v, w); }
  static floats square_root(floats v) noexcept { return _mm_sqrt_ps(v); }
  static doubles square_root(doubles v) noexcept { return _mm_sqrt_pd(v); }

  static floats add_pairs(floats v, floats w) noexcept {
    return _mm_add_ps(_mm_shuffle_ps(v, w, 0x88), _mm_shuffle_ps(v, w, 0xDD));
  }
  static doubles add_pairs(doubles v, doubles w) noexcept {
    return _mm_add_pd(_mm_unpacklo_pd(v, w), _mm_unpackhi_pd(v, w));
  }

  static float first(floats v) noexcept { return _mm_cvtss_f32(v); }
  static double first(doubles v) noexcept { return _mm_cvtsd_f64(v); }

  template <std::size_t H>
  static floats upper(floats v) noexcept {
    if constexpr (H == 2) return _mm_movehl_ps(v, v);
    if constexpr (H == 1) return _mm_shuffle_ps(v, v, 0x55);
  }
  template <std::size_t H>
  static doubles upper(doubles v) noexcept {
    static_assert(H == 1);
    return _mm_unpackhi_pd(v, v);
  }

  // No F16C here: halves are taken apart by integer arithmetic, four at a time, never touching a
  // subnormal float (whose arithmetic is slow on many machines).
  static floats widen(const fp16* p) noexcept {
    const __m128i halves = _mm_unpacklo_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)),
                                              _mm_setzero_si128());
    const __m128i sign = _mm_slli_epi32(_mm_and_si128(halves, _mm_set1_epi32(0x8000)), 16);
    const __m128i moved = _mm_slli_epi32(_mm_and_si128(halves, _mm_set1_epi32(0x7FFF)), 13);
    const __m128i rebias =
        _mm_set1_epi32(112 << 23);  // from the half's exponent bias, 15, to the float's, 127
    const __m128i infinity = _mm_set1_epi32(0x7C00 << 13);

    const __m128i normal = _mm_add_epi32(moved, rebias);
    // A subnormal's fraction f means f * 2^-24: set on top of 2^-14, whose last bit weighs 2^-37,
    // and that taken away.
    const __m128i base = _mm_set1_epi32(113 << 23);
    const __m128i subnormal = _mm_castps_si128(
        _mm_sub_ps(_mm_castsi128_ps(_mm_add_epi32(moved, base)), _mm_castsi128_ps(base)));
    const __m128i is_subnormal = _mm_cmplt_epi32(moved, _mm_set1_epi32(1 << 23));
    const __m128i is_special = _mm_cmpgt_epi32(moved, _mm_sub_epi32(infinity, _mm_set1_epi32(1)));
    const __m128i is_nan = _mm_cmpgt_epi32(moved, infinity);

    __m128i bits = _mm_or_si128(_mm_and_si128(is_subnormal, subnormal),
                                _mm_andnot_si128(is_subnormal, normal));
    bits = _mm_add_epi32(bits, _mm_and_si128(is_special, rebias));
    bits = _mm_or_si128(bits, _mm_and_si128(is_nan, _mm_set1_epi32(0x400000)));
    return _mm_castsi128_ps(_mm_or_si128(bits, sign));
  }

  static void narrow(floats v, fp16* p) noexcept {
    const __m128i bits = _mm_castps_si128(v);
    const __m128i sign = _mm_and_si128(bits, _mm_set1_epi32(static_cast<int>(0x80000000U)));
    const __m128i magnitude = _mm_xor_si128(bits, sign);

    // Normal halves: rebias, add just under half a unit, and one more where the kept part is odd:
    // ties go to even, and a carry runs on into the exponent, up to infinity.
    const __m128i odd = _mm_and_si128(_mm_srli_epi32(magnitude, 13), _mm_set1_epi32(1));
    const __m128i biased = _mm_add_epi32(magnitude, _mm_set1_epi32(0xFFF - (112 << 23)));
    const __m128i normal = _mm_srli_epi32(_mm_add_epi32(biased, odd), 13);
    // Subnormal halves: adding 0.5, whose last bit weighs 2^-24, makes the adder round to that.
    const __m128i half = _mm_set1_epi32(126 << 23);
    const __m128i subnormal = _mm_sub_epi32(
        _mm_castps_si128(_mm_add_ps(_mm_castsi128_ps(magnitude), _mm_castsi128_ps(half))), half);
    const __m128i nan =
        _mm_or_si128(_mm_set1_epi32(0x7E00),
                     _mm_and_si128(_mm_srli_epi32(magnitude, 13), _mm_set1_epi32(0x3FF)));

    const auto choose = [](__m128i mask, __m128i yes, __m128i no) noexcept {
      return _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no));
    };
    const __m128i is_subnormal = _mm_cmplt_epi32(magnitude, _mm_set1_epi32(113 << 23));
    const __m128i overflows =
        _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x477FEFFF));  // from 65520 on
    const __m128i is_nan = _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7F800000));
    __m128i result = choose(is_subnormal, subnormal, normal);
    result = choose(overflows, _mm_set1_epi32(0x7C00), result);
    result = choose(is_nan, nan, result);
    result = _mm_or_si128(result, _mm_srli_epi32(sign, 16));
    // Sign-extended, so that the saturating pack keeps all sixteen bits.
    result = _mm_srai_epi32(_mm_slli_epi32(result, 16), 16);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi32(result, result));
  }

  static floats widen(const bf16* p) noexcept {
    return _mm_castsi128_ps(_mm_unpacklo_epi16(
        _mm_setzero_si128(), _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
  static void narrow(floats v, bf16* p) noexcept {
    const __m128i bits = _mm_castps_si128(v);
    const __m128i odd = _mm_and_si128(_mm_srli_epi32(bits, 16), _mm_set1_epi32(1));
    const __m128i rounded = _mm_add_epi32(bits, _mm_add_epi32(odd, _mm_set1_epi32(0x7FFF)));
    const __m128i quiet = _mm_or_si128(bits, _mm_set1_epi32(0x400000));
    const __m128i is_nan = _mm_castps_si128(_mm_cmpunord_ps(v, v));
    const __m128i result =
        _mm_or_si128(_mm_and_si128(is_nan, quiet), _mm_andnot_si128(is_nan, rounded));
    const __m128i upper = _mm_srai_epi32(result, 16);  // with its sign, for the saturating pack
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi32(upper, upper));
  }
  static floats exponent(floats v) noexcept {
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_castps_si128(v), 23));
  }
  static doubles exponent(doubles v) noexcept {
    return _mm_castsi128_pd(_mm_slli_epi64(_mm_castpd_si128(v), 52));
  }

  static void stream(floats v, float* p) noexcept { _mm_stream_ps(p, v); }
  static void stream(doubles v, double* p) noexcept { _mm_stream_pd(p, v); }
  static void end_streams() noexcept { _mm_sfence(); }
  using wide_doubles = doubles;
  static wide_doubles wide(const float* p) noexcept {
    return _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
  static wide_doubles wide(const bf16* p) noexcept {
    int both;
    __builtin_memcpy(&both, p, sizeof both);
    return _mm_cvtps_pd(
        _mm_castsi128_ps(_mm_unpacklo_epi16(_mm_setzero_si128(), _mm_cvtsi32_si128(both))));
  }
  static floats add_beside(floats x, floats sum) noexcept { return _mm_add_ps(sum, x); }
  static doubles add_beside(doubles x, doubles sum) noexcept { return _mm_add_pd(sum, x); }
  template <int Half>
  static doubles shrunk(floats v) noexcept {
    const __m128i bits = _mm_castps_si128(v);
    return _mm_castsi128_pd(_mm_slli_epi64(Half == 0
                                               ? _mm_unpacklo_epi32(bits, _mm_setzero_si128())
                                               : _mm_unpackhi_epi32(bits, _mm_setzero_si128()),
                                           29));
  }
  static __m128i no_bits(floats) noexcept { return _mm_setzero_si128(); }
  static __m128i no_bits(doubles) noexcept { return _mm_setzero_si128(); }
  static __m128i add_bits(__m128i sums, floats v) noexcept {
    return _mm_add_epi32(sums, _mm_castps_si128(v));
  }
  static __m128i add_bits(__m128i sums, doubles v) noexcept {
    return _mm_add_epi64(sums, _mm_castpd_si128(v));
  }
  static __m128i add_integers(__m128i i, __m128i j) noexcept { return _mm_add_epi32(i, j); }
  static void store(__m128i v, std::int32_t* p) noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
  static void store(__m128i v, std::int64_t* p) noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v);
  }
  static void pin(doubles& v) noexcept {
    __m128d pinned = v;
    asm volatile("" : "+x"(pinned));
    v = pinned;
  }
};

}  // namespace permdelta

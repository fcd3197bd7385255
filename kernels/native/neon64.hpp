#pragma once

#include <arm_neon.h>

#include "kernels/native/native.hpp"

namespace permdelta {

/// Advanced SIMD of 64-bit Arm; conversions of halves are part of it.
template <>
struct native<xsimd::neon64> {
  using arch = xsimd::neon64;
  using floats = batch<arch, float>;
  using doubles = batch<arch, double>;

  static constexpr isa tag = isa::neon64;
  static constexpr bool fused = true;
  static constexpr int registers = 32;
  static constexpr bool multipliers_add_too = false;

  static floats multiply_add(floats v, floats w, floats z) noexcept { return vfmaq_f32(z, v, w); }
  static doubles multiply_add(doubles v, doubles w, doubles z) noexcept {
    return vfmaq_f64(z, v, w);
  }

  // xsimd divides floats, and takes their roots, by estimates and Newton steps: wrongly rounded.
  static floats divide(floats v, floats w) noexcept { return vdivq_f32(v, w); }
  static doubles divide(doubles v, doubles w) noexcept { return vdivq_f64(v, w); }
  static floats square_root(floats v) noexcept { return vsqrtq_f32(v); }
  static doubles square_root(doubles v) noexcept { return vsqrtq_f64(v); }

  static floats add_pairs(floats v, floats w) noexcept { return vpaddq_f32(v, w); }
  static doubles add_pairs(doubles v, doubles w) noexcept { return vpaddq_f64(v, w); }

  static float first(floats v) noexcept { return vgetq_lane_f32(v, 0); }
  static double first(doubles v) noexcept { return vgetq_lane_f64(v, 0); }

  template <std::size_t H>
  static floats upper(floats v) noexcept {
    return vextq_f32(v, v, H);
  }
  template <std::size_t H>
  static doubles upper(doubles v) noexcept {
    return vextq_f64(v, v, H);
  }

  static floats widen(const fp16* p) noexcept {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(&p->bits)));
  }
  static void narrow(floats v, fp16* p) noexcept {
    vst1_u16(&p->bits, vreinterpret_u16_f16(vcvt_f16_f32(v)));
  }
  static floats widen(const bf16* p) noexcept {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(&p->bits), 16));
  }
  static void narrow(floats v, bf16* p) noexcept {
    const float32x4_t value = v;
    const uint32x4_t bits = vreinterpretq_u32_f32(value);
    const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7FFF)));
    const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
    const uint32x4_t is_number = vceqq_f32(value, value);
    vst1_u16(&p->bits, vshrn_n_u32(vbslq_u32(is_number, rounded, quiet), 16));
  }
  static floats exponent(floats v) noexcept {
    const float32x4_t value = v;
    return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(value), 23));
  }
  static doubles exponent(doubles v) noexcept {
    const float64x2_t value = v;
    return vreinterpretq_f64_u64(vshlq_n_u64(vreinterpretq_u64_f64(value), 52));
  }

  static void stream(floats v, float* p) noexcept { v.store_aligned(p); }
  static void stream(doubles v, double* p) noexcept { v.store_aligned(p); }
  static void end_streams() noexcept {}
  using wide_doubles = doubles;
  static wide_doubles wide(const float* p) noexcept { return vcvt_f64_f32(vld1_f32(p)); }
  static wide_doubles wide(const bf16* p) noexcept {
    uint32_t both;
    __builtin_memcpy(&both, p, sizeof both);
    const uint32x4_t upper = vshll_n_u16(vreinterpret_u16_u32(vdup_n_u32(both)), 16);
    return vcvt_f64_f32(vget_low_f32(vreinterpretq_f32_u32(upper)));
  }
  static floats add_beside(floats x, floats sum) noexcept { return vaddq_f32(sum, x); }
  static doubles add_beside(doubles x, doubles sum) noexcept { return vaddq_f64(sum, x); }
  template <int Half>
  static doubles shrunk(floats v) noexcept {
    const uint32x4_t bits = vreinterpretq_u32_f32(v);
    if constexpr (Half == 0)
      return vreinterpretq_f64_u64(vshll_n_u32(vget_low_u32(bits), 29));
    else
      return vreinterpretq_f64_u64(vshll_high_n_u32(bits, 29));
  }
  static int32x4_t no_bits(floats) noexcept { return vdupq_n_s32(0); }
  static int64x2_t no_bits(doubles) noexcept { return vdupq_n_s64(0); }
  static int32x4_t add_bits(int32x4_t sums, floats v) noexcept {
    const float32x4_t bits = v;
    return vaddq_s32(sums, vreinterpretq_s32_f32(bits));
  }
  static int64x2_t add_bits(int64x2_t sums, doubles v) noexcept {
    const float64x2_t bits = v;
    return vaddq_s64(sums, vreinterpretq_s64_f64(bits));
  }
  static int32x4_t add_integers(int32x4_t i, int32x4_t j) noexcept { return vaddq_s32(i, j); }
  static void store(int32x4_t v, std::int32_t* p) noexcept { vst1q_s32(p, v); }
  static void store(int64x2_t v, std::int64_t* p) noexcept { vst1q_s64(p, v); }
  static void pin(doubles& v) noexcept {
    float64x2_t pinned = v;
    asm volatile("" : "+w"(pinned));
    v = pinned;
  }
};

}  // namespace permdelta

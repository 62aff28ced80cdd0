// AVX-512 with VNNI: a panel is one register of 32.
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"), min_vector_width(512))), \
    apply_to = function)

#define SB_OPERATION static inline __attribute__((always_inline))

typedef __m512 panel;

SB_OPERATION panel panel_zero(void) { return _mm512_setzero_ps(); }
SB_OPERATION panel panel_splat(const float *at) { return _mm512_set1_ps(*at); }
SB_OPERATION panel panel_load(const float *at) { return _mm512_loadu_ps(at); }
SB_OPERATION void panel_store(float *at, panel v) { _mm512_storeu_ps(at, v); }
SB_OPERATION __mmask16 first_lanes(size_t count) { return (__mmask16)((1u << count) - 1); }
SB_OPERATION void panel_store_first(float *at, panel v, size_t count) {
  _mm512_mask_storeu_ps(at, first_lanes(count), v);
}
SB_OPERATION panel panel_add(panel a, panel b) { return _mm512_add_ps(a, b); }
SB_OPERATION panel panel_subtract(panel a, panel b) { return _mm512_sub_ps(a, b); }
SB_OPERATION panel panel_product(panel a, panel b) { return _mm512_mul_ps(a, b); }
SB_OPERATION panel panel_quotient(panel a, panel b) { return _mm512_div_ps(a, b); }
SB_OPERATION panel panel_maximum(panel a, panel b) { return _mm512_max_ps(a, b); }
SB_OPERATION panel panel_minimum(panel a, panel b) { return _mm512_min_ps(a, b); }
SB_OPERATION panel panel_add_product(panel sum, panel a, panel b) { return _mm512_fmadd_ps(a, b, sum); }

// 24 of 32 registers hold sums: 24 multiply-adds for at most 14 loads.
#define SB_PANELS_AT_ONCE 4
#define SB_ROWS_1 12
#define SB_ROWS_2 12
#define SB_ROWS_3 8
#define SB_ROWS_4 6
#define SB_DENSE_ROWS 8
#define SB_DENSE_SEGMENTS_AT_ONCE 8
#include "float_kernels.h"

typedef __m512i quad_weights, quad_element, quad_sums, whole;

SB_OPERATION quad_weights quad_load(const int8_t *at) { return _mm512_loadu_si512(at); }
SB_OPERATION quad_element quad_splat(const uint8_t *at) {
  int32_t four;
  memcpy(&four, at, sizeof four);
  return _mm512_set1_epi32(four);
}
SB_OPERATION quad_sums quad_zero(void) { return _mm512_setzero_si512(); }
SB_OPERATION quad_sums quad_add_product(quad_sums sums, quad_element element, quad_weights weights) {
  return _mm512_dpbusd_epi32(sums, element, weights);
}
SB_OPERATION whole quad_total(quad_sums sums) { return sums; }
SB_OPERATION whole whole_load(const int32_t *at) { return _mm512_loadu_si512(at); }
SB_OPERATION whole whole_add(whole a, whole b) { return _mm512_add_epi32(a, b); }
SB_OPERATION whole whole_subtract(whole a, whole b) { return _mm512_sub_epi32(a, b); }
SB_OPERATION whole whole_maximum(whole a, whole b) { return _mm512_max_epi32(a, b); }
SB_OPERATION panel whole_float(whole a) { return _mm512_cvtepi32_ps(a); }
SB_OPERATION void panel_store_bytes(uint8_t *at, panel v, size_t columns) {
  const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(v));
  if (columns >= SB_PANEL) {
    _mm_storeu_si128((__m128i *)at, bytes);
  } else {
    _mm_mask_storeu_epi8(at, first_lanes(columns), bytes);
  }
}

#define SB_QUADS_AT_ONCE 4
#define SB_QUAD_ROWS_1 12
#define SB_QUAD_ROWS_2 12
#define SB_QUAD_ROWS_3 8
#define SB_QUAD_ROWS_4 6
#define SB_QUAD_DENSE_ROWS 8
#define SB_QUAD_DENSE_SEGMENTS 8
#include "byte_kernels.h"

#pragma clang attribute pop

const sb_kernels sb_kernels_avx512 = {
    convolve_f32, dense_f32, convolve_u8, dense_u8, pool_globally, scale_to_unit, quantize,
};
#endif

// AVX2 with FMA and AVX-VNNI: as AVX2 in float; four products of bytes in one instruction.
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#include "panel_avx2.h"

typedef struct quad_registers {
  __m256i a, b;
} quad_weights, quad_sums;
typedef __m256i quad_element;

SB_OPERATION quad_weights quad_load(const int8_t *at) {
  return (quad_weights){_mm256_loadu_si256((const __m256i *)at), _mm256_loadu_si256((const __m256i *)(at + 32))};
}
SB_OPERATION quad_element quad_splat(const uint8_t *at) {
  int32_t four;
  memcpy(&four, at, sizeof four);
  return _mm256_set1_epi32(four);
}
SB_OPERATION quad_sums quad_zero(void) { return (quad_sums){_mm256_setzero_si256(), _mm256_setzero_si256()}; }
SB_OPERATION quad_sums quad_add_product(quad_sums sums, quad_element element, quad_weights weights) {
  return (quad_sums){
      _mm256_dpbusd_avx_epi32(sums.a, element, weights.a), _mm256_dpbusd_avx_epi32(sums.b, element, weights.b)};
}
SB_OPERATION whole quad_total(quad_sums sums) { return (whole){sums.a, sums.b}; }

// 12 of 16 registers hold sums, two weights, one an element.
#define SB_QUADS_AT_ONCE 1
#define SB_QUAD_ROWS_1 6
#define SB_QUAD_DENSE_ROWS 4
#define SB_QUAD_DENSE_SEGMENTS 4
#include "byte_kernels.h"

#pragma clang attribute pop

const sb_kernels sb_kernels_avxvnni = {
    convolve_f32, dense_f32, convolve_u8, dense_u8, pool_globally, scale_to_unit, quantize,
};
#endif

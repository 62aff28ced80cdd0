// AVX2 with FMA: a panel is two registers of 16.
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "panel_avx2.h"

// Without VNNI, bytes are widened to 16 bits and multiplied in pairs (vpmaddwd), which is exact; vpmaddubsw would saturate.
// A register holds four outputs, two half sums each.
typedef struct quad_registers {
  __m256i part[4];
} quad_weights, quad_sums;
typedef __m256i quad_element;
SB_OPERATION quad_weights quad_load(const int8_t *at) {
  quad_weights weights;
  for (int i = 0; i < 4; i++) {
    weights.part[i] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(at + 16 * i)));
  }
  return weights;
}
SB_OPERATION quad_element quad_splat(const uint8_t *at) {
  int32_t four;
  memcpy(&four, at, sizeof four);
  return _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
}
SB_OPERATION quad_sums quad_zero(void) {
  const __m256i zero = _mm256_setzero_si256();
  return (quad_sums){{zero, zero, zero, zero}};
}
SB_OPERATION quad_sums quad_add_product(quad_sums sums, quad_element element, quad_weights weights) {
  for (int i = 0; i < 4; i++) {
    sums.part[i] = _mm256_add_epi32(sums.part[i], _mm256_madd_epi16(element, weights.part[i]));
  }
  return sums;
}
/// Adds the halves: `vphaddd` interleaves by 128-bit lanes, the permutation puts outputs back in order.
SB_OPERATION whole quad_total(quad_sums sums) {
  const __m256i low = _mm256_hadd_epi32(sums.part[0], sums.part[1]);
  const __m256i high = _mm256_hadd_epi32(sums.part[2], sums.part[3]);
  return (whole){_mm256_permute4x64_epi64(low, 0xD8), _mm256_permute4x64_epi64(high, 0xD8)};
}
#define SB_QUADS_AT_ONCE 1
#define SB_QUAD_ROWS_1 2
#define SB_QUAD_DENSE_ROWS 2
#define SB_QUAD_DENSE_SEGMENTS 2
#include "byte_kernels.h"

#pragma clang attribute pop

const sb_kernels sb_kernels_avx2 = {
    convolve_f32, dense_f32, convolve_u8, dense_u8, pool_globally, scale_to_unit, quantize,
};
#endif

// A panel as two AVX registers, and the float kernels over it: what the AVX2 and the AVX-VNNI files share. Included by them
// within their target attribute.
#include <immintrin.h>
#include <string.h>

#define SB_OPERATION static inline __attribute__((always_inline))

typedef struct panel {
  __m256 a, b;
} panel;

SB_OPERATION panel panel_zero(void) { return (panel){_mm256_setzero_ps(), _mm256_setzero_ps()}; }
SB_OPERATION panel panel_splat(const float *at) { return (panel){_mm256_broadcast_ss(at), _mm256_broadcast_ss(at)}; }
SB_OPERATION panel panel_load(const float *at) { return (panel){_mm256_loadu_ps(at), _mm256_loadu_ps(at + 8)}; }
SB_OPERATION void panel_store(float *at, panel v) {
  _mm256_storeu_ps(at, v.a);
  _mm256_storeu_ps(at + 8, v.b);
}
SB_OPERATION void panel_store_first(float *at, panel v, size_t count) {
  float all[16];
  panel_store(all, v);
  memcpy(at, all, count * sizeof(float));
}
SB_OPERATION panel panel_add(panel x, panel y) { return (panel){_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
SB_OPERATION panel panel_subtract(panel x, panel y) {
  return (panel){_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
SB_OPERATION panel panel_product(panel x, panel y) {
  return (panel){_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
SB_OPERATION panel panel_quotient(panel x, panel y) {
  return (panel){_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}
SB_OPERATION panel panel_maximum(panel x, panel y) {
  return (panel){_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
SB_OPERATION panel panel_minimum(panel x, panel y) {
  return (panel){_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)};
}
SB_OPERATION panel panel_add_product(panel sum, panel x, panel y) {
  return (panel){_mm256_fmadd_ps(x.a, y.a, sum.a), _mm256_fmadd_ps(x.b, y.b, sum.b)};
}

// 12 of 16 registers hold sums, two weights, one an element.
#define SB_PANELS_AT_ONCE 1
#define SB_ROWS_1 6
#define SB_DENSE_ROWS 4
#define SB_DENSE_SEGMENTS_AT_ONCE 4
#include "float_kernels.h"

typedef struct whole {
  __m256i a, b;
} whole;

SB_OPERATION whole whole_load(const int32_t *at) {
  return (whole){_mm256_loadu_si256((const __m256i *)at), _mm256_loadu_si256((const __m256i *)(at + 8))};
}
SB_OPERATION whole whole_add(whole x, whole y) {
  return (whole){_mm256_add_epi32(x.a, y.a), _mm256_add_epi32(x.b, y.b)};
}
SB_OPERATION whole whole_subtract(whole x, whole y) {
  return (whole){_mm256_sub_epi32(x.a, y.a), _mm256_sub_epi32(x.b, y.b)};
}
SB_OPERATION whole whole_maximum(whole x, whole y) {
  return (whole){_mm256_max_epi32(x.a, y.a), _mm256_max_epi32(x.b, y.b)};
}
SB_OPERATION panel whole_float(whole x) { return (panel){_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)}; }
SB_OPERATION void panel_store_bytes(uint8_t *at, panel v, size_t columns) {
  const __m256i pairs = _mm256_packs_epi32(_mm256_cvttps_epi32(v.a), _mm256_cvttps_epi32(v.b));
  const __m256i ordered = _mm256_permute4x64_epi64(pairs, 0xD8);
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
  if (columns >= SB_PANEL) {
    _mm_storeu_si128((__m128i *)at, bytes);
  } else {
    uint8_t all[16];
    _mm_storeu_si128((__m128i *)all, bytes);
    memcpy(at, all, columns);
  }
}

// Plain C with the compilers' vector extension: a panel is as many registers as the machine's baseline takes for it (four
// of SSE2 on x86-64).
#include "tables.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// How a vector wider than a register is passed does not matter: no function here is called from another file by vector.
#pragma clang diagnostic ignored "-Wpsabi"

// The same sums on every machine: no fused forms behind our back.
#pragma STDC FP_CONTRACT OFF

#define SB_OPERATION static inline __attribute__((always_inline))

typedef float panel __attribute__((vector_size(64), aligned(4)));
typedef int32_t whole __attribute__((vector_size(64), aligned(4)));

SB_OPERATION panel panel_zero(void) { return (panel){0}; }
SB_OPERATION panel panel_splat(const float *at) { return *at - (panel){0}; }
SB_OPERATION panel panel_load(const float *at) {
  panel v;
  memcpy(&v, at, sizeof v);
  return v;
}
SB_OPERATION void panel_store(float *at, panel v) { memcpy(at, &v, sizeof v); }
SB_OPERATION void panel_store_first(float *at, panel v, size_t count) { memcpy(at, &v, count * sizeof(float)); }
SB_OPERATION panel panel_add(panel a, panel b) { return a + b; }
SB_OPERATION panel panel_subtract(panel a, panel b) { return a - b; }
SB_OPERATION panel panel_product(panel a, panel b) { return a * b; }
SB_OPERATION panel panel_quotient(panel a, panel b) { return a / b; }
/// Bit by bit: `a` where the mask is all ones, `b` where it is zero.
SB_OPERATION whole select_bits(whole mask, whole a, whole b) { return (mask & a) | (~mask & b); }
SB_OPERATION panel panel_maximum(panel a, panel b) { return (panel)select_bits(a > b, (whole)a, (whole)b); }
SB_OPERATION panel panel_minimum(panel a, panel b) { return (panel)select_bits(a < b, (whole)a, (whole)b); }
SB_OPERATION panel panel_add_product(panel sum, panel a, panel b) { return sum + a * b; }

// Eight of SSE2's sixteen registers hold sums.
#define SB_PANELS_AT_ONCE 1
#define SB_ROWS_1 2
#define SB_DENSE_ROWS 2
#define SB_DENSE_SEGMENTS_AT_ONCE 2
#include "float_kernels.h"

// Bytes are widened to 16 bits and multiplied in pairs. Every x86-64 has an instruction for that (pmaddwd of SSE2), which
// compilers do not find by themselves. A part holds two outputs, two half sums each.
#define SB_PARTS 8
typedef int16_t wide_bytes __attribute__((vector_size(16), aligned(2)));
typedef int32_t pair_sums __attribute__((vector_size(16), aligned(4)));
typedef struct quad_weights {
  wide_bytes part[SB_PARTS];
} quad_weights;
typedef wide_bytes quad_element;
typedef struct quad_sums {
  pair_sums part[SB_PARTS];
} quad_sums;

SB_OPERATION pair_sums multiply_pairs(wide_bytes a, wide_bytes b) {
#if defined(__SSE2__)
  return (pair_sums)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  pair_sums sums;
  SB_UNROLLED for (int i = 0; i < 4; i++) sums[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return sums;
#endif
}
SB_OPERATION quad_weights quad_load(const int8_t *at) {
  typedef int8_t eight_bytes __attribute__((vector_size(8)));
  quad_weights weights;
  SB_UNROLLED for (int i = 0; i < SB_PARTS; i++) {
    eight_bytes bytes;
    memcpy(&bytes, at + 8 * i, sizeof bytes);
    weights.part[i] = __builtin_convertvector(bytes, wide_bytes);
  }
  return weights;
}
SB_OPERATION quad_element quad_splat(const uint8_t *at) {
  return (wide_bytes){at[0], at[1], at[2], at[3], at[0], at[1], at[2], at[3]};
}
SB_OPERATION quad_sums quad_zero(void) { return (quad_sums){{{0}}}; }
SB_OPERATION quad_sums quad_add_product(quad_sums sums, quad_element element, quad_weights weights) {
  SB_UNROLLED for (int i = 0; i < SB_PARTS; i++) sums.part[i] += multiply_pairs(element, weights.part[i]);
  return sums;
}
SB_OPERATION whole quad_total(quad_sums sums) {
  whole total;
  SB_UNROLLED for (int i = 0; i < SB_PARTS; i++) {
    total[2 * i] = sums.part[i][0] + sums.part[i][1];
    total[2 * i + 1] = sums.part[i][2] + sums.part[i][3];
  }
  return total;
}
SB_OPERATION whole whole_load(const int32_t *at) {
  whole v;
  memcpy(&v, at, sizeof v);
  return v;
}
SB_OPERATION whole whole_add(whole a, whole b) { return a + b; }
SB_OPERATION whole whole_subtract(whole a, whole b) { return a - b; }
SB_OPERATION whole whole_maximum(whole a, whole b) { return select_bits(a > b, a, b); }
SB_OPERATION panel whole_float(whole a) { return __builtin_convertvector(a, panel); }
SB_OPERATION void panel_store_bytes(uint8_t *at, panel v, size_t columns) {
  const whole rounded = __builtin_convertvector(v, whole);
  for (size_t i = 0; i < (columns < SB_PANEL ? columns : SB_PANEL); i++) at[i] = (uint8_t)rounded[i];
}

#define SB_QUADS_AT_ONCE 1
#define SB_QUAD_ROWS_1 2
#define SB_QUAD_DENSE_ROWS 1
#define SB_QUAD_DENSE_SEGMENTS 1
#include "byte_kernels.h"

const sb_kernels sb_kernels_plain = {
    convolve_f32, dense_f32, convolve_u8, dense_u8, pool_globally, scale_to_unit, quantize,
};

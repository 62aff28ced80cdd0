// 64-bit ARM: a panel is four registers of 32.
#include "tables.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#define SB_OPERATION static inline __attribute__((always_inline))
#define SB_EACH for (int i = 0; i < 4; i++)

typedef struct panel {
  float32x4_t part[4];
} panel;

SB_OPERATION panel panel_splat(const float *at) {
  const float32x4_t v = vld1q_dup_f32(at);
  return (panel){{v, v, v, v}};
}
SB_OPERATION panel panel_zero(void) {
  const float32x4_t v = vdupq_n_f32(0);
  return (panel){{v, v, v, v}};
}
SB_OPERATION panel panel_load(const float *at) {
  return (panel){{vld1q_f32(at), vld1q_f32(at + 4), vld1q_f32(at + 8), vld1q_f32(at + 12)}};
}
SB_OPERATION void panel_store(float *at, panel v) { SB_EACH vst1q_f32(at + 4 * i, v.part[i]); }
SB_OPERATION void panel_store_first(float *at, panel v, size_t count) {
  float all[16];
  panel_store(all, v);
  memcpy(at, all, count * sizeof(float));
}
#define SB_ELEMENTWISE(name, instruction) \
  SB_OPERATION panel name(panel x, panel y) { \
    SB_EACH x.part[i] = instruction(x.part[i], y.part[i]); \
    return x; \
  }
SB_ELEMENTWISE(panel_add, vaddq_f32)
SB_ELEMENTWISE(panel_subtract, vsubq_f32)
SB_ELEMENTWISE(panel_product, vmulq_f32)
SB_ELEMENTWISE(panel_quotient, vdivq_f32)
SB_ELEMENTWISE(panel_maximum, vmaxq_f32)
SB_ELEMENTWISE(panel_minimum, vminq_f32)
SB_OPERATION panel panel_add_product(panel sum, panel x, panel y) {
  SB_EACH sum.part[i] = vfmaq_f32(sum.part[i], x.part[i], y.part[i]);
  return sum;
}

// 24 of 32 registers hold sums, four weights, one an element.
#define SB_PANELS_AT_ONCE 1
#define SB_ROWS_1 6
#define SB_DENSE_ROWS 4
#define SB_DENSE_SEGMENTS_AT_ONCE 4
#include "float_kernels.h"

// The baseline has no dot product of unsigned with signed bytes: bytes are widened to 16 bits. A register of sums holds one
// output's four products, which are added up at the end.
typedef struct quad_weights {
  int16x8_t part[8];
} quad_weights;
typedef int16x8_t quad_element;
typedef struct quad_sums {
  int32x4_t part[16];
} quad_sums;
typedef struct whole {
  int32x4_t part[4];
} whole;

SB_OPERATION quad_weights quad_load(const int8_t *at) {
  quad_weights weights;
  for (int i = 0; i < 8; i++) weights.part[i] = vmovl_s8(vld1_s8(at + 8 * i));
  return weights;
}
SB_OPERATION quad_element quad_splat(const uint8_t *at) {
  uint32_t four;
  memcpy(&four, at, sizeof four);
  return vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four))));
}
SB_OPERATION quad_sums quad_zero(void) {
  quad_sums sums;
  for (int i = 0; i < 16; i++) sums.part[i] = vdupq_n_s32(0);
  return sums;
}
SB_OPERATION quad_sums quad_add_product(quad_sums sums, quad_element element, quad_weights weights) {
  for (int i = 0; i < 8; i++) {
    sums.part[2 * i] = vmlal_s16(sums.part[2 * i], vget_low_s16(element), vget_low_s16(weights.part[i]));
    sums.part[2 * i + 1] = vmlal_high_s16(sums.part[2 * i + 1], element, weights.part[i]);
  }
  return sums;
}
SB_OPERATION whole quad_total(quad_sums sums) {
  whole total;
  SB_EACH {
    const int32x4_t first = vpaddq_s32(sums.part[4 * i], sums.part[4 * i + 1]);
    total.part[i] = vpaddq_s32(first, vpaddq_s32(sums.part[4 * i + 2], sums.part[4 * i + 3]));
  }
  return total;
}
SB_OPERATION whole whole_load(const int32_t *at) {
  return (whole){{vld1q_s32(at), vld1q_s32(at + 4), vld1q_s32(at + 8), vld1q_s32(at + 12)}};
}
#define SB_WHOLE(name, instruction) \
  SB_OPERATION whole name(whole x, whole y) { \
    SB_EACH x.part[i] = instruction(x.part[i], y.part[i]); \
    return x; \
  }
SB_WHOLE(whole_add, vaddq_s32)
SB_WHOLE(whole_subtract, vsubq_s32)
SB_WHOLE(whole_maximum, vmaxq_s32)
SB_OPERATION panel whole_float(whole x) {
  panel v;
  SB_EACH v.part[i] = vcvtq_f32_s32(x.part[i]);
  return v;
}
SB_OPERATION void panel_store_bytes(uint8_t *at, panel v, size_t columns) {
  const uint16x4_t a = vmovn_u32(vcvtq_u32_f32(v.part[0])), b = vmovn_u32(vcvtq_u32_f32(v.part[1]));
  const uint16x4_t c = vmovn_u32(vcvtq_u32_f32(v.part[2])), d = vmovn_u32(vcvtq_u32_f32(v.part[3]));
  const uint8x16_t bytes = vcombine_u8(vmovn_u16(vcombine_u16(a, b)), vmovn_u16(vcombine_u16(c, d)));
  uint8_t all[16];
  vst1q_u8(all, bytes);
  memcpy(at, all, columns < SB_PANEL ? columns : SB_PANEL);
}

#define SB_QUADS_AT_ONCE 1
#define SB_QUAD_ROWS_1 2
#define SB_QUAD_DENSE_ROWS 1
#define SB_QUAD_DENSE_SEGMENTS 1
#include "byte_kernels.h"

const sb_kernels sb_kernels_neon = {
    convolve_f32, dense_f32, convolve_u8, dense_u8, pool_globally, scale_to_unit, quantize,
};
#endif

// Float kernels, written once over a *panel* of 16 floats; a file for an instruction set says what a panel is and
// includes this. It must define, before:
//
//   panel                      16 floats in registers
//   panel_zero, panel_splat, panel_load, panel_store, panel_store_first (a part), panel_add, panel_subtract,
//   panel_maximum, panel_add_product (accumulator + a · b), panel_sum, panel_highest, panel_lowest (over its elements)
//   SB_PANELS_AT_ONCE          panels of a block that one pass over the rows takes
//   SB_ROWS_1 … SB_ROWS_4      rows held in registers beside 1 … 4 panels; even
//   SB_DENSE_ROWS, SB_DENSE_SEGMENTS_AT_ONCE   the same for a dense layer: rows of a batch, or parts of a single row
#include "tables.h"

#include <string.h>

#define SB_INLINE static inline __attribute__((always_inline))
#define SB_UNROLLED _Pragma("clang loop unroll(full)")
#define SB_MOST_ROWS 16

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/// What happens to a block of sums before it is stored.
typedef struct row_output {
  float *start;
  size_t stride;
  /// Columns that exist, from `start` on.
  size_t columns;
  bool rectifies, pools;
} row_output;

SB_INLINE void store_panel(float *at, panel value, size_t columns, bool rectifies) {
  if (rectifies) value = panel_maximum(value, panel_zero());
  if (columns >= SB_PANEL) {
    panel_store(at, value);
  } else {
    panel_store_first(at, value, columns);
  }
}

/// The register block: `R` rows times `P` panels of sums stay in registers while the row is walked through once. Each step
/// loads `P` panels of weights and splats `R` elements for `R × P` multiply-adds, so loads stay well below what two
/// load ports give, and `R × P ≥ 8` chains hide the latency of the addition.
SB_INLINE void multiply_rows(
    const float *rows, size_t row_stride, size_t depth, const float *weights, size_t weight_stride, const float *bias,
    row_output output, const size_t R, const size_t P) {
  panel sums[SB_MOST_ROWS][SB_PANELS_DIRECT];
  SB_UNROLLED for (size_t p = 0; p < P; p++) {
    const panel start = bias ? panel_load(bias + p * SB_PANEL) : panel_zero();
    SB_UNROLLED for (size_t r = 0; r < R; r++) sums[r][p] = start;
  }
  for (size_t k = 0; k < depth; k++) {
    panel columns[SB_PANELS_DIRECT];
    SB_UNROLLED for (size_t p = 0; p < P; p++) columns[p] = panel_load(weights + k * weight_stride + p * SB_PANEL);
    SB_UNROLLED for (size_t r = 0; r < R; r++) {
      const panel element = panel_splat(rows + r * row_stride + k);
      SB_UNROLLED for (size_t p = 0; p < P; p++) sums[r][p] = panel_add_product(sums[r][p], element, columns[p]);
    }
  }
  SB_UNROLLED for (size_t p = 0; p < P; p++) {
    const size_t first = p * SB_PANEL;
    if (first >= output.columns) break;
    const size_t columns = output.columns - first;
    if (output.pools) {
      // Bias and ReLU are monotonic, so the pool may come first, and one store is left of two.
      SB_UNROLLED for (size_t r = 0; r + 1 < R; r += 2) {
        store_panel(
            output.start + (r / 2) * output.stride + first, panel_maximum(sums[r][p], sums[r + 1][p]), columns,
            output.rectifies);
      }
    } else {
      SB_UNROLLED for (size_t r = 0; r < R; r++) {
        store_panel(output.start + r * output.stride + first, sums[r][p], columns, output.rectifies);
      }
    }
  }
}

/// All rows against `P` panels. A last incomplete block is moved back over rows already done, which it computes again to
/// the same bits: cheaper than a kernel for every remainder.
SB_INLINE void multiply_all_rows(
    const float *rows, size_t count, size_t row_stride, size_t depth, const float *weights, size_t weight_stride,
    const float *bias, row_output output, const size_t R, const size_t P) {
  const size_t pooled = output.pools ? 2 : 1;
  float *const start = output.start;
  if (count < R) {
    for (size_t row = 0; row < count; row += pooled) {
      output.start = start + row / pooled * output.stride;
      const float *here = rows + row * row_stride;
      if (output.pools) {
        multiply_rows(here, row_stride, depth, weights, weight_stride, bias, output, 2, P);
      } else {
        multiply_rows(here, row_stride, depth, weights, weight_stride, bias, output, 1, P);
      }
    }
    return;
  }
  for (size_t done = 0; done < count; done += R) {
    const size_t row = smaller(done, count - R);
    output.start = start + row / pooled * output.stride;
    multiply_rows(rows + row * row_stride, row_stride, depth, weights, weight_stride, bias, output, R, P);
  }
}

/// All rows against a block of up to four panels.
static void multiply_block(
    const float *rows, size_t count, size_t row_stride, size_t depth, const float *weights, size_t panels,
    const float *bias, row_output output) {
  const size_t weight_stride = panels * SB_PANEL;
  float *const start = output.start;
  const size_t columns = output.columns;
  for (size_t first = 0; first < panels; first += SB_PANELS_AT_ONCE) {
    const float *w = weights + first * SB_PANEL;
    const float *b = bias ? bias + first * SB_PANEL : NULL;
    output.start = start + first * SB_PANEL;
    output.columns = columns - first * SB_PANEL;
    switch (smaller(panels - first, SB_PANELS_AT_ONCE)) {
#if SB_PANELS_AT_ONCE >= 4
      case 4: multiply_all_rows(rows, count, row_stride, depth, w, weight_stride, b, output, SB_ROWS_4, 4); break;
      case 3: multiply_all_rows(rows, count, row_stride, depth, w, weight_stride, b, output, SB_ROWS_3, 3); break;
      case 2: multiply_all_rows(rows, count, row_stride, depth, w, weight_stride, b, output, SB_ROWS_2, 2); break;
#endif
      default: multiply_all_rows(rows, count, row_stride, depth, w, weight_stride, b, output, SB_ROWS_1, 1);
    }
  }
}

#include "float_dense.h"
#include "float_minimal.h"
#include "float_pooling.h"

static void convolve_f32(const sb_convolution_f32 *layer, float *input, float *output, float *workspace) {
  const size_t inputs = layer->input_channels, outputs = layer->output_channels;
  memset(input - layer->leading * inputs, 0, layer->leading * inputs * sizeof(float));
  memset(input + layer->input_length * inputs, 0, layer->trailing * inputs * sizeof(float));
  const float *rows = input - layer->leading * inputs;
  if (layer->is_minimal) {
    convolve_minimally(layer, rows, output, workspace);
    return;
  }
  const size_t depth = layer->taps * inputs;
  const size_t positions = layer->output_length * (layer->pools ? 2 : 1);
  const size_t all_panels = (outputs + SB_PANEL - 1) / SB_PANEL;
  for (size_t panel_index = 0; panel_index < all_panels; panel_index += SB_PANELS_DIRECT) {
    const size_t first = panel_index * SB_PANEL;
    const row_output block = {output + first, outputs, outputs - first, layer->rectifies, layer->pools};
    multiply_block(
        rows, positions, layer->stride * inputs, depth, layer->weights + first * depth,
        smaller(all_panels - panel_index, SB_PANELS_DIRECT), layer->bias + first, block);
  }
}

// Dense layers in float. Included by float_kernels.h.
//
// One row alone leaves only as many chains of additions as there are panels, each waiting for the one before it. So a
// long row is cut into SB_DENSE_SEGMENTS parts that are summed side by side. A batch has enough chains without that, but it
// adds the same parts in the same order: a beat's answer is the same to the bit, alone or in company.

/// Sums of `S` parts of `R` rows, added to `totals` part by part.
SB_INLINE void add_segments(
    const float *rows, size_t row_stride, size_t first, size_t length, const float *weights, size_t weight_stride,
    panel totals[SB_MOST_ROWS][SB_PANELS_NARROW], const size_t R, const size_t S, const size_t P) {
  panel sums[SB_MOST_ROWS][SB_PANELS_NARROW];
  SB_UNROLLED for (size_t i = 0; i < R * S; i++) {
    SB_UNROLLED for (size_t p = 0; p < P; p++) sums[i][p] = panel_zero();
  }
  for (size_t k = first; k < first + length; k++) {
    SB_UNROLLED for (size_t s = 0; s < S; s++) {
      const size_t element = k + s * length;
      panel columns[SB_PANELS_NARROW];
      SB_UNROLLED for (size_t p = 0; p < P; p++) {
        columns[p] = panel_load(weights + element * weight_stride + p * SB_PANEL);
      }
      SB_UNROLLED for (size_t r = 0; r < R; r++) {
        const panel value = panel_splat(rows + r * row_stride + element);
        SB_UNROLLED for (size_t p = 0; p < P; p++) {
          sums[r * S + s][p] = panel_add_product(sums[r * S + s][p], value, columns[p]);
        }
      }
    }
  }
  SB_UNROLLED for (size_t r = 0; r < R; r++) {
    SB_UNROLLED for (size_t s = 0; s < S; s++) {
      SB_UNROLLED for (size_t p = 0; p < P; p++) totals[r][p] = panel_add(totals[r][p], sums[r * S + s][p]);
    }
  }
}

/// `R` rows against `P` panels, `S` parts at a time.
SB_INLINE void dense_rows(
    const float *rows, size_t row_stride, size_t depth, const float *weights, size_t weight_stride, const float *bias,
    row_output output, const size_t R, const size_t S, const size_t P) {
  panel totals[SB_MOST_ROWS][SB_PANELS_NARROW];
  SB_UNROLLED for (size_t r = 0; r < R; r++) {
    SB_UNROLLED for (size_t p = 0; p < P; p++) totals[r][p] = panel_load(bias + p * SB_PANEL);
  }
  const size_t length = depth >= SB_DENSE_SEGMENTED_DEPTH ? depth / SB_DENSE_SEGMENTS : 0;
  for (size_t segment = 0; segment < SB_DENSE_SEGMENTS && length > 0; segment += S) {
    add_segments(rows, row_stride, segment * length, length, weights, weight_stride, totals, R, S, P);
  }
  const size_t rest = SB_DENSE_SEGMENTS * length;
  if (rest < depth) add_segments(rows, row_stride, rest, depth - rest, weights, weight_stride, totals, R, 1, P);
  SB_UNROLLED for (size_t r = 0; r < R; r++) {
    SB_UNROLLED for (size_t p = 0; p < P; p++) {
      if (p * SB_PANEL < output.columns) {
        store_panel(
            output.start + r * output.stride + p * SB_PANEL, totals[r][p], output.columns - p * SB_PANEL,
            output.rectifies);
      }
    }
  }
}

SB_INLINE void dense_all_rows(
    const float *rows, size_t count, size_t row_stride, size_t depth, const float *weights, size_t weight_stride,
    const float *bias, row_output output, const size_t P) {
  for (; count >= SB_DENSE_ROWS; count -= SB_DENSE_ROWS) {
    dense_rows(rows, row_stride, depth, weights, weight_stride, bias, output, SB_DENSE_ROWS, 1, P);
    rows += SB_DENSE_ROWS * row_stride;
    output.start += SB_DENSE_ROWS * output.stride;
  }
  for (; count > 0; count--) {
    dense_rows(rows, row_stride, depth, weights, weight_stride, bias, output, 1, SB_DENSE_SEGMENTS_AT_ONCE, P);
    rows += row_stride;
    output.start += output.stride;
  }
}

static void dense_f32(
    const sb_dense_f32 *layer, const float *input, size_t rows, size_t row_stride, float *output,
    size_t output_stride) {
  const size_t outputs = layer->outputs, depth = layer->inputs;
  const size_t all_panels = (outputs + SB_PANEL - 1) / SB_PANEL;
  for (size_t block = 0; block < all_panels; block += SB_PANELS_NARROW) {
    const size_t panels = smaller(all_panels - block, SB_PANELS_NARROW);
    const float *weights = layer->weights + block * SB_PANEL * depth;
    for (size_t p = 0; p < panels; p += SB_PANELS_AT_ONCE) {
      const size_t first = (block + p) * SB_PANEL;
      const row_output here = {output + first, output_stride, outputs - first, layer->rectifies, false};
      const float *w = weights + p * SB_PANEL, *b = layer->bias + first;
#if SB_PANELS_AT_ONCE >= 2
      if (panels == 2) {
        dense_all_rows(input, rows, row_stride, depth, w, panels * SB_PANEL, b, here, 2);
        continue;
      }
#endif
      dense_all_rows(input, rows, row_stride, depth, w, panels * SB_PANEL, b, here, 1);
    }
  }
}

// Kernels on 8-bit activations and weights, written once; a file for an instruction set includes this after
// float_kernels.h and says how four neighbouring bytes of a row are multiplied with four weights of each of 16 outputs:
//
//   quad_weights   16 × 4 signed weights in registers          quad_element   four bytes of a row, splat
//   quad_sums      what products are added to                  whole          16 sums, 32-bit integers
//   quad_load, quad_splat, quad_zero, quad_add_product, quad_total (quad_sums → whole)
//   whole_load, whole_add, whole_subtract, whole_maximum, whole_float, panel_store_bytes (truncating)
//   SB_QUADS_AT_ONCE, SB_QUAD_ROWS_1 … SB_QUAD_ROWS_4, SB_QUAD_DENSE_ROWS, SB_QUAD_DENSE_SEGMENTS
//
// Sums are exact, and the float operations behind them are single and the same everywhere: every instruction set gives the
// same bytes.

typedef struct byte_output {
  uint8_t *start;
  size_t stride, columns;
  bool pools;
} byte_output;

/// `min(255, ⌊max(0, scale · sum) + ½⌋)`, the only rounding of an 8-bit layer.
SB_INLINE void store_bytes(uint8_t *at, whole sum, panel scale, size_t columns) {
  const float half_ = 0.5f, most_ = 255;
  panel value = panel_product(whole_float(sum), scale);
  value = panel_minimum(panel_maximum(value, panel_zero()), panel_splat(&most_));
  value = panel_add(value, panel_splat(&half_));
  panel_store_bytes(at, value, columns);
}

/// The same register block as in float, four elements of the row a step.
SB_INLINE void multiply_quads(
    const uint8_t *rows, size_t row_stride, size_t quads, const int8_t *weights, size_t weight_stride,
    const int32_t *bias, const float *scale, byte_output output, const size_t R, const size_t P) {
  quad_sums sums[SB_MOST_ROWS][SB_PANELS_DIRECT];
  SB_UNROLLED for (size_t r = 0; r < R; r++) {
    SB_UNROLLED for (size_t p = 0; p < P; p++) sums[r][p] = quad_zero();
  }
  for (size_t k = 0; k < quads; k++) {
    quad_weights columns[SB_PANELS_DIRECT];
    SB_UNROLLED for (size_t p = 0; p < P; p++) {
      columns[p] = quad_load(weights + k * weight_stride + p * SB_PANEL * SB_QUAD);
    }
    SB_UNROLLED for (size_t r = 0; r < R; r++) {
      const quad_element element = quad_splat(rows + r * row_stride + k * SB_QUAD);
      SB_UNROLLED for (size_t p = 0; p < P; p++) sums[r][p] = quad_add_product(sums[r][p], element, columns[p]);
    }
  }
  SB_UNROLLED for (size_t p = 0; p < P; p++) {
    const size_t first = p * SB_PANEL;
    if (first >= output.columns) break;
    const size_t columns = output.columns - first;
    const whole start = whole_load(bias + first);
    const panel factor = panel_load(scale + first);
    if (output.pools) {
      SB_UNROLLED for (size_t r = 0; r + 1 < R; r += 2) {
        const whole highest = whole_maximum(quad_total(sums[r][p]), quad_total(sums[r + 1][p]));
        store_bytes(
            output.start + (r / 2) * output.stride + first, whole_add(highest, start), factor, columns);
      }
    } else {
      SB_UNROLLED for (size_t r = 0; r < R; r++) {
        store_bytes(
            output.start + r * output.stride + first, whole_add(quad_total(sums[r][p]), start), factor, columns);
      }
    }
  }
}

/// As `multiply_all_rows`.
SB_INLINE void multiply_all_quads(
    const uint8_t *rows, size_t count, size_t row_stride, size_t quads, const int8_t *weights, size_t weight_stride,
    const int32_t *bias, const float *scale, byte_output output, const size_t R, const size_t P) {
  const size_t pooled = output.pools ? 2 : 1;
  uint8_t *const start = output.start;
  if (count < R) {
    for (size_t row = 0; row < count; row += pooled) {
      output.start = start + row / pooled * output.stride;
      const uint8_t *here = rows + row * row_stride;
      if (output.pools) {
        multiply_quads(here, row_stride, quads, weights, weight_stride, bias, scale, output, 2, P);
      } else {
        multiply_quads(here, row_stride, quads, weights, weight_stride, bias, scale, output, 1, P);
      }
    }
    return;
  }
  for (size_t done = 0; done < count; done += R) {
    const size_t row = smaller(done, count - R);
    output.start = start + row / pooled * output.stride;
    multiply_quads(rows + row * row_stride, row_stride, quads, weights, weight_stride, bias, scale, output, R, P);
  }
}

static void convolve_u8(const sb_convolution_u8 *layer, uint8_t *input, uint8_t *output) {
  const size_t inputs = layer->input_channels, outputs = layer->output_channels;
  memset(input - layer->leading * inputs, layer->zero_point, layer->leading * inputs);
  memset(input + layer->input_length * inputs, layer->zero_point, layer->trailing * inputs);
  const uint8_t *rows = input - layer->leading * inputs;
  const size_t quads = (layer->taps * inputs + SB_QUAD - 1) / SB_QUAD;
  const size_t positions = layer->output_length * (layer->pools ? 2 : 1), row_stride = layer->stride * inputs;
  const size_t all_panels = (outputs + SB_PANEL - 1) / SB_PANEL;
  for (size_t block = 0; block < all_panels; block += SB_PANELS_DIRECT) {
    const size_t panels = smaller(all_panels - block, SB_PANELS_DIRECT), stride = panels * SB_PANEL * SB_QUAD;
    const int8_t *weights = layer->weights + block * SB_PANEL * SB_QUAD * quads;
    for (size_t p = 0; p < panels; p += SB_QUADS_AT_ONCE) {
      const size_t first = (block + p) * SB_PANEL;
      const int8_t *w = weights + p * SB_PANEL * SB_QUAD;
      const int32_t *b = layer->bias + first;
      const float *s = layer->scale + first;
      const byte_output here = {output + first, outputs, outputs - first, layer->pools};
      switch (smaller(panels - p, SB_QUADS_AT_ONCE)) {
#if SB_QUADS_AT_ONCE >= 4
        case 4: multiply_all_quads(rows, positions, row_stride, quads, w, stride, b, s, here, SB_QUAD_ROWS_4, 4); break;
        case 3: multiply_all_quads(rows, positions, row_stride, quads, w, stride, b, s, here, SB_QUAD_ROWS_3, 3); break;
        case 2: multiply_all_quads(rows, positions, row_stride, quads, w, stride, b, s, here, SB_QUAD_ROWS_2, 2); break;
#endif
        default: multiply_all_quads(rows, positions, row_stride, quads, w, stride, b, s, here, SB_QUAD_ROWS_1, 1);
      }
    }
  }
}

/// `R` rows against one block; of a single row `S` parts side by side.
SB_INLINE void dense_quads(
    const uint8_t *rows, size_t row_stride, size_t quads, const int8_t *weights, size_t weight_stride,
    const int32_t *offset, const float *scale, const float *bias, row_output output, const size_t R, const size_t S,
    const size_t P) {
  quad_sums sums[SB_MOST_ROWS][SB_PANELS_NARROW];
  SB_UNROLLED for (size_t i = 0; i < R * S; i++) {
    SB_UNROLLED for (size_t p = 0; p < P; p++) sums[i][p] = quad_zero();
  }
  const size_t length = quads / S;
  for (size_t k = 0; k < length; k++) {
    SB_UNROLLED for (size_t s = 0; s < S; s++) {
      const size_t quad = k + s * length;
      quad_weights columns[SB_PANELS_NARROW];
      SB_UNROLLED for (size_t p = 0; p < P; p++) {
        columns[p] = quad_load(weights + quad * weight_stride + p * SB_PANEL * SB_QUAD);
      }
      SB_UNROLLED for (size_t r = 0; r < R; r++) {
        const quad_element element = quad_splat(rows + r * row_stride + quad * SB_QUAD);
        SB_UNROLLED for (size_t p = 0; p < P; p++) {
          sums[r * S + s][p] = quad_add_product(sums[r * S + s][p], element, columns[p]);
        }
      }
    }
  }
  for (size_t quad = S * length; quad < quads; quad++) {
    SB_UNROLLED for (size_t r = 0; r < R; r++) {
      const quad_element element = quad_splat(rows + r * row_stride + quad * SB_QUAD);
      SB_UNROLLED for (size_t p = 0; p < P; p++) {
        const quad_weights column = quad_load(weights + quad * weight_stride + p * SB_PANEL * SB_QUAD);
        sums[r * S][p] = quad_add_product(sums[r * S][p], element, column);
      }
    }
  }
  SB_UNROLLED for (size_t r = 0; r < R; r++) {
    SB_UNROLLED for (size_t p = 0; p < P; p++) {
      const size_t first = p * SB_PANEL;
      if (first >= output.columns) break;
      whole total = quad_total(sums[r * S][p]);
      SB_UNROLLED for (size_t s = 1; s < S; s++) total = whole_add(total, quad_total(sums[r * S + s][p]));
      total = whole_subtract(total, whole_load(offset + first));
      panel value = panel_product(whole_float(total), panel_load(scale + first));
      value = panel_add(value, panel_load(bias + first));
      store_panel(output.start + r * output.stride + first, value, output.columns - first, output.rectifies);
    }
  }
}

SB_INLINE void dense_all_quads(
    const uint8_t *rows, size_t count, size_t row_stride, size_t quads, const int8_t *weights, size_t weight_stride,
    const int32_t *offset, const float *scale, const float *bias, row_output output, const size_t P) {
  for (; count >= SB_QUAD_DENSE_ROWS; count -= SB_QUAD_DENSE_ROWS) {
    dense_quads(
        rows, row_stride, quads, weights, weight_stride, offset, scale, bias, output, SB_QUAD_DENSE_ROWS, 1, P);
    rows += SB_QUAD_DENSE_ROWS * row_stride;
    output.start += SB_QUAD_DENSE_ROWS * output.stride;
  }
  for (; count > 0; count--) {
    dense_quads(
        rows, row_stride, quads, weights, weight_stride, offset, scale, bias, output, 1, SB_QUAD_DENSE_SEGMENTS, P);
    rows += row_stride;
    output.start += output.stride;
  }
}

static void dense_u8(
    const sb_dense_u8 *layer, const uint8_t *input, size_t rows, size_t row_stride, float *output,
    size_t output_stride) {
  const size_t outputs = layer->outputs, quads = (layer->inputs + SB_QUAD - 1) / SB_QUAD;
  const size_t all_panels = (outputs + SB_PANEL - 1) / SB_PANEL;
  for (size_t block = 0; block < all_panels; block += SB_PANELS_NARROW) {
    const size_t panels = smaller(all_panels - block, SB_PANELS_NARROW), stride = panels * SB_PANEL * SB_QUAD;
    const int8_t *weights = layer->weights + block * SB_PANEL * SB_QUAD * quads;
    for (size_t p = 0; p < panels; p += SB_QUADS_AT_ONCE) {
      const size_t first = (block + p) * SB_PANEL;
      const int8_t *w = weights + p * SB_PANEL * SB_QUAD;
      const int32_t *o = layer->offset + first;
      const float *s = layer->scale + first, *b = layer->bias + first;
      const row_output here = {output + first, output_stride, outputs - first, layer->rectifies, false};
#if SB_QUADS_AT_ONCE >= 2
      if (panels == 2) {
        dense_all_quads(input, rows, row_stride, quads, w, stride, o, s, b, here, 2);
        continue;
      }
#endif
      dense_all_quads(input, rows, row_stride, quads, w, stride, o, s, b, here, 1);
    }
  }
}

static void quantize(const float *input, size_t count, float factor, float zero_point, uint8_t *output) {
  const float half_ = 0.5f, most_ = 255;
  const panel scale = panel_splat(&factor), zero = panel_splat(&zero_point);
  const panel half = panel_splat(&half_), most = panel_splat(&most_);
  for (size_t done = 0; done < count; done += SB_PANEL) {
    const size_t columns = smaller(SB_PANEL, count - done);
    float partial[SB_PANEL] = {0};
    const float *from = input + done;
    if (columns < SB_PANEL) {
      memcpy(partial, from, columns * sizeof(float));
      from = partial;
    }
    panel value = panel_product(panel_load(from), scale);
    value = panel_add(value, zero);
    value = panel_minimum(panel_maximum(value, panel_zero()), most);
    panel_store_bytes(output + done, panel_add(value, half), columns);
  }
}

// Winograd's minimal filtering F(4,3): four outputs of a three-tap filter with six products instead of twelve.
// Included by float_kernels.h.
//
// With input vectors d₀…d₅ (transform Bᵀd), taps g₀…g₂ (transform Gg, packed beforehand) and products m₀…m₅:
//
//     4d₀ − 5d₂ + d₄              g₀/4                       y₀ = m₀ + (m₁ + m₂) + (m₃ + m₄)
//     (d₄ − 4d₂) + (d₃ − 4d₁)     −(g₀ + g₁ + g₂)/6          y₁ = (m₁ − m₂) + 2(m₃ − m₄)
//     (d₄ − 4d₂) − (d₃ − 4d₁)     −(g₀ − g₁ + g₂)/6          y₂ = (m₁ + m₂) + 4(m₃ + m₄)
//     (d₄ − d₂) + 2(d₃ − d₁)      (g₀ + 2g₁ + 4g₂)/24        y₃ = (m₁ − m₂) + 8(m₃ − m₄) + m₅
//     (d₄ − d₂) − 2(d₃ − d₁)      (g₀ − 2g₁ + 4g₂)/24
//     4d₁ − 5d₃ + d₅              g₂
//
// Source: Winograd 1980, *Arithmetic Complexity of Computations*; Lavin and Gray 2016, *Fast Algorithms for Convolutional
// Neural Networks*, §4.1 (F(4,3) of their F(4×4,3×3)). Its rounding error is a few times that of the definition.

/// `transformed[6][tiles][channels]` from tiles of six rows that begin four rows apart. At least 16 channels.
SB_INLINE void transform_input(const float *rows, size_t tiles, size_t channels, float *transformed) {
  const size_t plane = tiles * channels;
  const float four_ = 4, five_ = -5, two_ = 2, minus_ = -4;
  const panel four = panel_splat(&four_), minus_five = panel_splat(&five_), two = panel_splat(&two_);
  const panel minus_four = panel_splat(&minus_);
  for (size_t tile = 0; tile < tiles; tile++) {
    const float *d = rows + tile * SB_MINIMAL_OUTPUTS * channels;
    for (size_t done = 0; done < channels; done += SB_PANEL) {
      // A last incomplete panel is moved back over channels already done.
      const size_t channel = smaller(done, channels - SB_PANEL);
      panel v[SB_MINIMAL_PRODUCTS];
      SB_UNROLLED for (size_t i = 0; i < SB_MINIMAL_PRODUCTS; i++) v[i] = panel_load(d + i * channels + channel);
      float *to = transformed + tile * channels + channel;
      const panel even4 = panel_add_product(v[4], v[2], minus_four), odd4 = panel_add_product(v[3], v[1], minus_four);
      const panel even = panel_subtract(v[4], v[2]), odd = panel_subtract(v[3], v[1]);
      panel_store(to, panel_add_product(panel_add_product(v[4], v[0], four), v[2], minus_five));
      panel_store(to + plane, panel_add(even4, odd4));
      panel_store(to + 2 * plane, panel_subtract(even4, odd4));
      panel_store(to + 3 * plane, panel_add_product(even, odd, two));
      panel_store(to + 4 * plane, panel_subtract(even, panel_add(odd, odd)));
      panel_store(to + 5 * plane, panel_add_product(panel_add_product(v[5], v[1], four), v[3], minus_five));
    }
  }
}

/// Four positions (two after the pool) of one panel of outputs from `products[6][tiles][width]`.
SB_INLINE void transform_output(
    const float *m, size_t plane, panel bias, row_output output, size_t positions_left) {
  const float two_ = 2, four_ = 4, eight_ = 8;
  const panel m1 = panel_load(m + plane), m2 = panel_load(m + 2 * plane);
  const panel m3 = panel_load(m + 3 * plane), m4 = panel_load(m + 4 * plane);
  const panel sum12 = panel_add(panel_add(m1, m2), bias), difference12 = panel_add(panel_subtract(m1, m2), bias);
  const panel sum34 = panel_add(m3, m4), difference34 = panel_subtract(m3, m4);
  panel y[SB_MINIMAL_OUTPUTS];
  y[0] = panel_add(panel_add(panel_load(m), sum34), sum12);
  y[1] = panel_add_product(difference12, difference34, panel_splat(&two_));
  y[2] = panel_add_product(sum12, sum34, panel_splat(&four_));
  y[3] = panel_add(panel_add_product(panel_load(m + 5 * plane), difference34, panel_splat(&eight_)), difference12);
  if (output.pools) {
    store_panel(output.start, panel_maximum(y[0], y[1]), output.columns, output.rectifies);
    if (positions_left >= 4) {
      store_panel(output.start + output.stride, panel_maximum(y[2], y[3]), output.columns, output.rectifies);
    }
  } else {
    SB_UNROLLED for (size_t i = 0; i < SB_MINIMAL_OUTPUTS; i++) {
      if (i < positions_left) store_panel(output.start + i * output.stride, y[i], output.columns, output.rectifies);
    }
  }
}

/// Block by block of outputs, so that a block's products are still in the first-level cache when they are summed up.
static void convolve_minimally(const sb_convolution_f32 *layer, const float *rows, float *output, float *workspace) {
  const size_t inputs = layer->input_channels, outputs = layer->output_channels;
  const size_t positions = layer->output_length * (layer->pools ? 2 : 1), tiles = sb_minimal_tiles(positions);
  float *const transformed = workspace, *const products = workspace + SB_MINIMAL_PRODUCTS * tiles * inputs;
  transform_input(rows, tiles, inputs, transformed);

  const size_t all_panels = (outputs + SB_PANEL - 1) / SB_PANEL;
  for (size_t panel_index = 0; panel_index < all_panels; panel_index += SB_PANELS_NARROW) {
    const size_t panels = smaller(all_panels - panel_index, SB_PANELS_NARROW), width = panels * SB_PANEL;
    const size_t plane = tiles * width;
    const float *weights = layer->weights + panel_index * SB_PANEL * SB_MINIMAL_PRODUCTS * inputs;
    for (size_t product = 0; product < SB_MINIMAL_PRODUCTS; product++) {
      const row_output block = {products + product * plane, width, width, false, false};
      multiply_block(
          transformed + product * tiles * inputs, tiles, inputs, inputs, weights + product * inputs * width, panels,
          NULL, block);
    }
    for (size_t p = 0; p < panels; p++) {
      const size_t first = (panel_index + p) * SB_PANEL;
      const panel bias = panel_load(layer->bias + first);
      for (size_t tile = 0; tile < tiles; tile++) {
        const size_t position = tile * SB_MINIMAL_OUTPUTS;
        const row_output block = {
            output + position / (layer->pools ? 2 : 1) * outputs + first, outputs, outputs - first, layer->rectifies,
            layer->pools};
        transform_output(products + tile * width + p * SB_PANEL, plane, bias, block, positions - position);
      }
    }
  }
}

// Global pooling, and scaling of a window, in float. Included by float_kernels.h.

/// One pass over the positions for each panel of channels; four sums, so that one addition need not wait for another.
static void pool_globally(const float *input, size_t length, size_t channels, float *mean, float *maximum) {
  for (size_t first = 0; first < channels; first += SB_PANEL) {
    const size_t columns = smaller(SB_PANEL, channels - first);
    float partial[SB_PANEL] = {0};
    panel sum[2] = {panel_zero(), panel_zero()}, highest = panel_zero();
    for (size_t position = 0; position < length; position++) {
      const float *row = input + position * channels + first;
      panel value;
      if (columns == SB_PANEL) {
        value = panel_load(row);
      } else {
        memcpy(partial, row, columns * sizeof(float));
        value = panel_load(partial);
      }
      sum[position % 2] = panel_add(sum[position % 2], value);
      highest = position == 0 ? value : panel_maximum(highest, value);
    }
    const float share = 1 / (float)length;
    const panel average = panel_add_product(panel_zero(), panel_add(sum[0], sum[1]), panel_splat(&share));
    if (mean) store_panel(mean + first, average, columns, false);
    if (maximum) store_panel(maximum + first, highest, columns, false);
  }
}

/// As many divisions as the definition has: multiplying by the reciprocal would round differently from the trainer's side.
static void scale_to_unit(const float *input, size_t count, float *output) {
  if (count == 0) return;
  float low = input[0], high = input[0], lows[SB_PANEL], highs[SB_PANEL];
  panel lowest = panel_splat(input), highest = lowest;
  size_t index = 0;
  for (; index + SB_PANEL <= count; index += SB_PANEL) {
    const panel value = panel_load(input + index);
    lowest = panel_minimum(lowest, value);
    highest = panel_maximum(highest, value);
  }
  for (; index < count; index++) {
    low = input[index] < low ? input[index] : low;
    high = input[index] > high ? input[index] : high;
  }
  panel_store(lows, lowest);
  panel_store(highs, highest);
  for (size_t lane = 0; lane < SB_PANEL; lane++) {
    low = lows[lane] < low ? lows[lane] : low;
    high = highs[lane] > high ? highs[lane] : high;
  }
  const float range = high > low ? high - low : __builtin_inff();
  const panel bottom = panel_splat(&low), span = panel_splat(&range);
  for (index = 0; index + SB_PANEL <= count; index += SB_PANEL) {
    panel_store(output + index, panel_quotient(panel_subtract(panel_load(input + index), bottom), span));
  }
  for (; index < count; index++) output[index] = (input[index] - low) / range;
}

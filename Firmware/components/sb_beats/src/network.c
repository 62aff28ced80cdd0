#include "sb_beats/sb_network.h"

static uint8_t octet(int64_t value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/// `sum · factor / 2^31 / 2^shift`, rounded.
static int64_t scaled_by(int32_t sum, int32_t factor, uint8_t shift) {
  int64_t product = (int64_t)sum * factor;
  return (product + (1LL << (30 + shift))) >> (31 + shift);
}

/// To 0…1 by the window's own minimum and maximum; a flat one is all zero.
static void scale(const int32_t *window, int16_t *scaled) {
  int32_t low = window[0], high = window[0];
  for (int i = 1; i < SB_NETWORK_WINDOW; i++) {
    if (window[i] < low) low = window[i];
    if (window[i] > high) high = window[i];
  }
  uint32_t range = (uint32_t)high - (uint32_t)low;
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) {
    uint64_t above = (uint32_t)window[i] - (uint32_t)low;
    uint64_t share = range == 0 ? 0 : (above * SB_NETWORK_ONE + range / 2) / range;
    scaled[i] = (int16_t)share;
  }
}

static void convolve_first(const sb_network_weights_t *weights, const int16_t *input, uint8_t *output) {
  for (int at = 0; at < SB_NETWORK_FIRST_LENGTH; at++) {
    const int32_t x[4] = {input[2 * at], input[2 * at + 1], input[2 * at + 2], input[2 * at + 3]};
    for (int channel = 0; channel < SB_NETWORK_FIRST; channel++) {
      const int16_t *w = weights->first[channel];
      int32_t one = w[0] * x[0] + w[1] * x[1] + w[2] * x[2], other = w[0] * x[1] + w[1] * x[2] + w[2] * x[3];
      int32_t sum = (one > other ? one : other) + weights->first_bias[channel];
      uint8_t shift = weights->first_shift[channel];
      *output++ = octet(((int64_t)sum + (1LL << (shift - 1))) >> shift);
    }
  }
}

// Four products a round, because most of the time of a beat goes by here: a third fewer instructions on rv32imc. Counts
// are multiples of four.

static int32_t product(const int8_t *restrict w, const uint8_t *restrict x, int count) {
  int32_t sum = 0;
  for (; count > 0; count -= 4, w += 4, x += 4) sum += w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + w[3] * x[3];
  return sum;
}

/// The larger of the products with two rows.
static int32_t larger_product(const int8_t *restrict w, const uint8_t *restrict x, const uint8_t *restrict y,
                              int count) {
  int32_t one = 0, other = 0;
  for (; count > 0; count -= 4, w += 4, x += 4, y += 4) {
    int32_t a = w[0], b = w[1], c = w[2], d = w[3];
    one += a * x[0] + b * x[1] + c * x[2] + d * x[3];
    other += a * y[0] + b * y[1] + c * y[2] + d * y[3];
  }
  return one > other ? one : other;
}

static void convolve_second(const sb_network_weights_t *weights, const uint8_t *input, uint8_t *output) {
  const int depth = SB_NETWORK_TAPS * SB_NETWORK_FIRST;
  for (int at = 0; at < SB_NETWORK_SECOND_LENGTH; at++) {
    const uint8_t *row = input + 2 * at * SB_NETWORK_FIRST;
    for (int channel = 0; channel < SB_NETWORK_SECOND; channel++) {
      const int8_t *w = weights->second[channel];
      int32_t sum = larger_product(w, row, row + SB_NETWORK_FIRST, depth) + weights->second_bias[channel];
      *output++ = octet(scaled_by(sum, weights->second_factor[channel], weights->second_shift[channel]));
    }
  }
}

int32_t sb_network_log_odds(const sb_network_weights_t *weights, const int32_t window[SB_NETWORK_WINDOW],
                            sb_network_scratch_t *scratch) {
  scale(window, scratch->scaled);
  convolve_first(weights, scratch->scaled, scratch->first);
  convolve_second(weights, scratch->first, scratch->second);
  int64_t sum = weights->output_bias;
  for (int i = 0; i < SB_NETWORK_HIDDEN; i++) {
    int32_t whole = product(weights->hidden[i], scratch->second, SB_NETWORK_FEATURES) + weights->hidden_correction[i];
    int64_t value = scaled_by(whole, weights->hidden_factor[i], weights->hidden_shift[i]) + weights->hidden_bias[i];
    if (value > 0) sum += value * weights->output[i];
  }
  int64_t result = (sum + (1 << 9)) >> 10;
  return (int32_t)(result > INT32_MAX ? INT32_MAX : result < INT32_MIN ? INT32_MIN : result);
}

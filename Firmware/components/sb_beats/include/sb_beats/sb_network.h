#pragma once

#include <stdint.h>

/// The server's reference network in whole numbers, from the same weights file, quantised as the server quantises it:
/// 187 samples scaled to 0…1 by their own minimum and maximum; Conv 32×3, ReLU, pool 2; Conv 64×3, ReLU, pool 2; Dense 32,
/// ReLU; Dense 1. Nothing is allocated and nothing is a floating-point number.
enum {
  SB_NETWORK_WINDOW = 187,
  /// Of the window, the sample at the R peak.
  SB_NETWORK_R_INDEX = 62,
  SB_NETWORK_TAPS = 3,
  SB_NETWORK_FIRST = 32,
  SB_NETWORK_FIRST_LENGTH = 92,
  SB_NETWORK_SECOND = 64,
  SB_NETWORK_SECOND_LENGTH = 45,
  SB_NETWORK_FEATURES = SB_NETWORK_SECOND_LENGTH * SB_NETWORK_SECOND,
  SB_NETWORK_HIDDEN = 32,
  /// 1.0 of the scaled window.
  SB_NETWORK_ONE = 1 << 14,
};

/// What `tools/make_network.py` writes. Activations are octets from 0, with a scale for each channel that is part of the
/// numbers here.
typedef struct {
  /// The first layer has 96 weights of 16 bits: octets would cost more accuracy here than in all other layers.
  int16_t first[SB_NETWORK_FIRST][SB_NETWORK_TAPS];
  int32_t first_bias[SB_NETWORK_FIRST];
  uint8_t first_shift[SB_NETWORK_FIRST];
  int8_t second[SB_NETWORK_SECOND][SB_NETWORK_TAPS * SB_NETWORK_FIRST];
  int32_t second_bias[SB_NETWORK_SECOND];
  /// An octet is the sum times this, in 2^-31, shifted further right.
  int32_t second_factor[SB_NETWORK_SECOND];
  uint8_t second_shift[SB_NETWORK_SECOND];
  int8_t hidden[SB_NETWORK_HIDDEN][SB_NETWORK_FEATURES];
  /// Corrections of what the rounded weights add on average.
  int32_t hidden_correction[SB_NETWORK_HIDDEN];
  /// A hidden value, in 2^-12, is the sum times this, in 2^-31, shifted further right, and the bias.
  int32_t hidden_factor[SB_NETWORK_HIDDEN];
  uint8_t hidden_shift[SB_NETWORK_HIDDEN];
  int32_t hidden_bias[SB_NETWORK_HIDDEN];
  /// In 2^-14, and the bias in 2^-26.
  int16_t output[SB_NETWORK_HIDDEN];
  int64_t output_bias;
} sb_network_weights_t;

/// The weights that are compiled in.
extern const sb_network_weights_t SB_NETWORK;

/// What one beat needs to be judged in, for the caller to keep.
typedef struct {
  int16_t scaled[SB_NETWORK_WINDOW];
  uint8_t first[SB_NETWORK_FIRST_LENGTH * SB_NETWORK_FIRST];
  uint8_t second[SB_NETWORK_FEATURES];
} sb_network_scratch_t;

/// The logarithm of the odds that a beat is abnormal, in 2^-16: P(abnormal) is 0.5 where it is 0. The window may be in
/// any unit, of a range below 2^31.
int32_t sb_network_log_odds(const sb_network_weights_t *weights, const int32_t window[SB_NETWORK_WINDOW],
                            sb_network_scratch_t *scratch);

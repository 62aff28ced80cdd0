#pragma once

#include <stdbool.h>
#include <stdint.h>

/// The server's band-pass in whole numbers: Butterworth, order 2 high-pass at 0.5 Hz and order 4 low-pass at 40 Hz, at
/// 125 Hz (`BandPassFilter` in Sources/Cardio), three sections of direct form I.
enum {
  SB_BAND_SECTIONS = 3,
  /// Fractional bits of the output.
  SB_BAND_FRACTION = 6,
};

typedef struct {
  /// Inputs and outputs of every section, newest first, with more fractional bits than the output has.
  int32_t x[SB_BAND_SECTIONS][2];
  int32_t y[SB_BAND_SECTIONS][2];
  bool is_settled;
} sb_band_t;

/// Forgets the past: the next sample is taken to have lasted for ever.
void sb_band_restart(sb_band_t *band);

/// Filters one sample; the output is in 1/64 of its unit.
int32_t sb_band_push(sb_band_t *band, int16_t sample);

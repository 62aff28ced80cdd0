#pragma once

#include "sb_signal/sb_blocks.h"
#include "sb_signal/sb_rate.h"

/// Brings both channels of the pulse oximeter from the sensor's own clock (nominally 125 Hz) to 125 Hz of the crystal,
/// by linear interpolation: a pulse lies under 10 Hz, where that costs under 0.2 dB, and the same for both channels, so
/// the ratio of ratios is untouched.
enum {
  SB_RESAMPLER_CHANNELS = 2,
  SB_RESAMPLER_TICK_US = 8000,
};

typedef struct {
  sb_rate_t rate;
  sb_blocks_t blocks[SB_RESAMPLER_CHANNELS];
  int32_t previous[SB_RESAMPLER_CHANNELS];
  bool has_previous;
  bool has_begun;
} sb_resampler_t;

void sb_resampler_init(sb_resampler_t *resampler, sb_ring_t *ring, const uint8_t channels[SB_RESAMPLER_CHANNELS]);

/// Takes one sample of both channels; null where the sensor made one that means nothing. `SB_ERR_FULL` as of
/// `sb_blocks_sample`.
sb_err_t sb_resampler_push(sb_resampler_t *resampler, const int32_t *values);

/// `inputs` samples were pushed since the last call, the last of them taken at `end_us`.
void sb_resampler_observe(sb_resampler_t *resampler, uint32_t inputs, uint64_t end_us);

/// Whatever lay between the last sample and `end_us` is lost, and what comes next does not continue it.
sb_err_t sb_resampler_gap(sb_resampler_t *resampler, uint64_t end_us);

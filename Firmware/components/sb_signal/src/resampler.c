#include "sb_signal/sb_resampler.h"

#include <string.h>

void sb_resampler_init(sb_resampler_t *resampler, sb_ring_t *ring, const uint8_t channels[SB_RESAMPLER_CHANNELS]) {
  memset(resampler, 0, sizeof *resampler);
  sb_rate_init(&resampler->rate, SB_RESAMPLER_TICK_US);
  for (int i = 0; i < SB_RESAMPLER_CHANNELS; i++) sb_blocks_init(&resampler->blocks[i], ring, channels[i]);
}

static sb_err_t lose(sb_resampler_t *resampler, uint64_t count) {
  sb_err_t result = SB_OK;
  for (int i = 0; i < SB_RESAMPLER_CHANNELS && resampler->has_begun; i++) {
    sb_err_t error = sb_blocks_lost(&resampler->blocks[i], count);
    if (error != SB_OK) result = error;
  }
  return result;
}

/// The value between `from` and `to` that lies `part` (2^-16) of the way.
static int16_t between(int32_t from, int32_t to, uint32_t part) {
  int64_t value = from + (((int64_t)to - from) * part >> 16);
  return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

sb_err_t sb_resampler_push(sb_resampler_t *resampler, const int32_t *values) {
  sb_rate_t *rate = &resampler->rate;
  if (!rate->is_locked) return SB_OK;
  sb_err_t result = SB_OK;
  uint64_t before = rate->phase;
  uint32_t ended = sb_rate_advance(rate);
  for (uint32_t tick = 1; tick <= ended; tick++) {
    if (values == NULL || !resampler->has_previous) {
      sb_err_t error = lose(resampler, 1);
      if (error != SB_OK) result = error;
      continue;
    }
    resampler->has_begun = true;
    uint64_t us = sb_rate_time(rate, rate->ticks - ended + tick);
    uint32_t part = (uint32_t)((((uint64_t)tick << 32) - before) / (rate->increment >> 16));
    for (int i = 0; i < SB_RESAMPLER_CHANNELS; i++) {
      int16_t value = between(resampler->previous[i], values[i], part);
      sb_err_t error = sb_blocks_sample(&resampler->blocks[i], value, 0, us);
      if (error != SB_OK) result = error;
    }
  }
  resampler->has_previous = values != NULL;
  if (values != NULL) memcpy(resampler->previous, values, sizeof resampler->previous);
  return result;
}

void sb_resampler_observe(sb_resampler_t *resampler, uint32_t inputs, uint64_t end_us) {
  (void)sb_rate_observe(&resampler->rate, inputs, end_us);
}

sb_err_t sb_resampler_gap(sb_resampler_t *resampler, uint64_t end_us) {
  resampler->has_previous = false;
  if (resampler->rate.is_locked) return lose(resampler, sb_rate_skip_to(&resampler->rate, end_us));
  // A measurement that was interrupted begins again, here.
  sb_rate_init(&resampler->rate, SB_RESAMPLER_TICK_US);
  (void)sb_rate_observe(&resampler->rate, 0, end_us);
  return SB_OK;
}

#include "sb_signal/sb_front.h"

#include <string.h>

#include "try.h"

static const int32_t HALF_TAPS[] = {
#include "fir_taps.h"
};
_Static_assert(sizeof HALF_TAPS / sizeof HALF_TAPS[0] * 2 == SB_FRONT_TAPS, "the filter is symmetric");

enum {
  TAP_BITS = 20,
  /// Fraction bits of an electrode value inside the filter.
  FRACTION_BITS = 4,
  /// A mean is a reading of the converter in units of 2^-10: 2 bits of the sum of four, 8 of the weights.
  MEAN_BITS = 10,
  KNOT_BITS = 9 + MEAN_BITS,
  SUM_MAX = ((1 << SB_ADC_BITS) - 1) * SB_ADC_SUM,
};
_Static_assert((SB_CALIBRATION_KNOTS - 1) << 9 == 1 << SB_ADC_BITS, "the knots span the converter's range");

/// The AD8232's output swings within its supply; more than half of it to each side is impossible.
static const uint64_t SWING_NV = 1650000000ull;

static bool fits(uint32_t gain_milli, uint32_t nanovolts_per_lsb) {
  if (gain_milli == 0 || nanovolts_per_lsb == 0) return false;
  return SWING_NV * 1000 / gain_milli / nanovolts_per_lsb <= INT16_MAX;
}

uint32_t sb_front_resolution(uint32_t gain_milli) {
  static const uint32_t choices[] = {100, 200, 500, 1000, 2000};
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
    if (fits(gain_milli, choices[i])) return choices[i];
  }
  return 0;
}

sb_err_t sb_calibration_make(sb_calibration_t *calibration, sb_millivolts_t millivolts, void *context) {
  enum { SPAN = 32, LAST = (1 << SB_ADC_BITS) - 1 };
  for (int i = 0; i < SB_CALIBRATION_KNOTS; i++) {
    // At the ends the mean lies half a span inside; the slope there puts it back.
    int64_t middle = (int64_t)i << 9;
    if (middle < SPAN) middle = SPAN;
    if (middle > LAST - SPAN) middle = LAST - SPAN;
    int64_t sum = 0;
    int64_t slope = 0;
    for (int64_t raw = middle - SPAN; raw <= middle + SPAN; raw++) {
      int reading;
      TRY(millivolts(context, (int)raw, &reading));
      sum += reading;
      slope += (raw - middle) * reading;
    }
    const int64_t squares = (int64_t)SPAN * (SPAN + 1) * (2 * SPAN + 1) / 3;
    calibration->knots_nv[i] =
        sum * 1000000 / (2 * SPAN + 1) + slope * 1000000 / squares * (((int64_t)i << 9) - middle);
  }
  return SB_OK;
}

sb_err_t sb_front_init(sb_front_t *front, const sb_front_config_t *config, sb_ring_t *ring, uint8_t channel) {
  if (!fits(config->gain_milli, config->nanovolts_per_lsb)) return SB_ERR_RANGE;
  memset(front, 0, sizeof *front);
  front->config = *config;
  front->reference_nv = (int64_t)config->reference_uv * 1000;
  front->scale =
      (int64_t)((1000ull << (32 + FRACTION_BITS)) / ((uint64_t)config->gain_milli * config->nanovolts_per_lsb));
  front->until_output = SB_FRONT_DECIMATION;
  sb_rate_init(&front->rate, 1000);
  sb_blocks_init(&front->blocks, ring, channel);
  return SB_OK;
}

/// A mean reading, in 2^-10, as sixteenths of an LSB at the electrode.
static int32_t electrode(const sb_front_t *front, uint32_t mean) {
  const int64_t *knots = front->config.calibration.knots_nv;
  uint32_t below = mean >> KNOT_BITS;
  int64_t part = mean & ((1u << KNOT_BITS) - 1);
  int64_t pin_nv = knots[below] + ((knots[below + 1] - knots[below]) * part >> KNOT_BITS);
  return (int32_t)((pin_nv - front->reference_nv) * front->scale >> 32);
}

static int16_t filtered(sb_front_t *front) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < SB_FRONT_TAPS / 2; i++) {
    uint32_t old = (front->at + i) % SB_FRONT_TAPS;
    uint32_t new = (front->at + SB_FRONT_TAPS - 1 - i) % SB_FRONT_TAPS;
    sum += (int64_t)HALF_TAPS[i] * ((int64_t)front->history[old] + front->history[new]);
  }
  const int shift = TAP_BITS + FRACTION_BITS;
  int64_t value = (sum + (1ll << (shift - 1))) >> shift;
  if (value > INT16_MAX || value < INT16_MIN) front->clipped++;
  return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/// One millisecond is over: `mean` where it is whole.
static sb_err_t end_millisecond(sb_front_t *front, bool is_whole, uint32_t mean, uint8_t lead_off) {
  if (is_whole) {
    front->history[front->at] = electrode(front, mean);
    front->at = (front->at + 1) % SB_FRONT_TAPS;
    if (front->whole < SB_FRONT_TAPS) front->whole++;
  } else {
    front->whole = 0;
  }
  if (!front->has_begun && front->whole < SB_FRONT_TAPS) return SB_OK;
  if (!front->has_begun) front->until_output = 1;
  front->has_begun = true;
  if (--front->until_output > 0) return SB_OK;
  front->until_output = SB_FRONT_DECIMATION;
  if (front->whole < SB_FRONT_TAPS) return sb_blocks_lost(&front->blocks, 1);
  uint64_t us = sb_rate_time(&front->rate, front->rate.ticks) - SB_FRONT_DELAY_US;
  return sb_blocks_sample(&front->blocks, filtered(front), lead_off, us);
}

/// `milliseconds` were over while nobody looked.
static sb_err_t gap(sb_front_t *front, uint64_t milliseconds) {
  front->is_broken = true;
  front->whole = 0;
  if (!front->has_begun) return SB_OK;
  if (milliseconds < front->until_output) {
    front->until_output -= (uint32_t)milliseconds;
    return SB_OK;
  }
  uint64_t after_first = milliseconds - front->until_output;
  front->until_output = SB_FRONT_DECIMATION - (uint32_t)(after_first % SB_FRONT_DECIMATION);
  return sb_blocks_lost(&front->blocks, 1 + after_first / SB_FRONT_DECIMATION);
}

/// Declares what lies between the frame before and this one.
static sb_err_t fill(sb_front_t *front, const sb_adc_frame_t *frame) {
  sb_err_t result = SB_OK;
  if (frame->frames_lost_before > 0) {
    result = gap(front, sb_rate_skip(&front->rate, (uint64_t)frame->frames_lost_before * SB_ADC_FRAME_SUMS));
  }
  int64_t stalled_us = sb_rate_lag(&front->rate, SB_ADC_FRAME_SUMS, frame->end_us);
  if (stalled_us < SB_FRONT_STALL_US) return result;
  sb_err_t error = gap(front, sb_rate_skip_to(&front->rate, sb_rate_present(&front->rate) + (uint64_t)stalled_us));
  return error != SB_OK ? error : result;
}

sb_err_t sb_front_push(sb_front_t *front, const sb_adc_frame_t *frame) {
  if (!front->rate.is_locked) {
    (void)sb_rate_observe(&front->rate, SB_ADC_FRAME_SUMS * (1 + frame->frames_lost_before), frame->end_us);
    return SB_OK;
  }
  sb_err_t result = fill(front, frame);
  for (uint32_t i = 0; i < SB_ADC_FRAME_SUMS; i++) {
    uint64_t value = frame->sums[i] > SUM_MAX ? SUM_MAX : frame->sums[i];
    if (value == 0 || value == SUM_MAX) front->clipped++;
    if (sb_rate_advance(&front->rate) == 0) {
      // The share of this millisecond that the sum covers; what its last sum covers is the rest.
      uint32_t share = (uint32_t)(front->rate.increment >> 16);
      front->sum += value * share;
      front->share += share;
      continue;
    }
    uint32_t after = (uint32_t)(front->rate.phase >> 16);
    uint32_t rest = 65536 - (front->share > 65536 ? 65536 : front->share);
    uint32_t mean = (uint32_t)((front->sum + value * rest) >> 8);
    sb_err_t error = end_millisecond(front, !front->is_broken, mean, frame->lead_off);
    if (error != SB_OK) result = error;
    front->is_broken = false;
    front->sum = value * after;
    front->share = after;
  }
  (void)sb_rate_observe(&front->rate, SB_ADC_FRAME_SUMS, frame->end_us);
  return result;
}

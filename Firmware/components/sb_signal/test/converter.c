#include "converter.h"

#include <math.h>

void converter_frame(converter_t *converter, sb_adc_frame_t *frame) {
  for (int i = 0; i < SB_ADC_FRAME_SUMS; i++) {
    uint32_t sum = 0;
    for (int k = 0; k < SB_ADC_SUM; k++) {
      double seconds = (double)converter->conversions++ / converter->rate;
      double pin = 1.65 + converter->electrode_mv(seconds) * 1.1;
      // A last bit of noise, as a real converter has, so that the average resolves more than one step.
      double dither = (double)(test_random(&converter->random) >> 11) / 9007199254740992.0;
      double code = floor(pin / 3.3 * 4096 + dither);
      sum += (uint32_t)(code < 0 ? 0 : code > 4095 ? 4095 : code);
    }
    frame->sums[i] = (uint16_t)sum;
  }
  uint64_t late = converter->jitter_us == 0 ? 0 : test_random(&converter->random) % converter->jitter_us;
  frame->end_us = converter->origin_us + (uint64_t)((double)converter->conversions * 1e6 / converter->rate) + late;
  frame->frames_lost_before = 0;
  frame->lead_off = converter->lead_off;
}

sb_front_config_t converter_front(void) {
  sb_front_config_t config = {.gain_milli = 1100000, .reference_uv = 1650000, .nanovolts_per_lsb = 100};
  for (int i = 0; i < SB_CALIBRATION_KNOTS; i++) config.calibration.knots_nv[i] = (int64_t)i * 412500000;
  return config;
}

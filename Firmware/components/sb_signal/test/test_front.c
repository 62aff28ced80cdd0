#include <math.h>
#include <stdlib.h>

#include "converter.h"

static const double PI = 3.14159265358979323846;
static double tone_hz;
static double tone(double seconds) { return sin(2 * PI * tone_hz * seconds); }
static double heart(double seconds) { return test_heart_mv(seconds, 72); }

enum { PLACES = 64 };
static sb_block_t places[PLACES];
static sb_ring_t ring;
static sb_front_t front;

static void start(void) {
  sb_front_config_t config = converter_front();
  sb_ring_init(&ring, places, sizeof places[0], PLACES);
  CHECK_OK(sb_front_init(&front, &config, &ring, 0));
}

/// Amplitude of the output for a tone of 1 mV, in decibels.
static double gain_db(double hz, double rate) {
  converter_t converter = {.rate = rate, .jitter_us = 40, .electrode_mv = tone};
  tone_hz = hz;
  start();
  double sum = 0, sum_of_squares = 0;
  uint64_t count = 0;
  while (count < 2500) {
    sb_adc_frame_t frame;
    converter_frame(&converter, &frame);
    CHECK_OK(sb_front_push(&front, &frame));
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      for (int i = 0; i < block->count; i++, count++) {
        sum += block->samples[i];
        sum_of_squares += (double)block->samples[i] * block->samples[i];
      }
    }
  }
  double mean = sum / (double)count, power = sum_of_squares / (double)count - mean * mean;
  return 10 * log10(2 * power / 1e8);
}

static void its_band_is_flat_and_nothing_folds_into_it(void) {
  // At 16,377 Hz too: the rate that an ESP32 really has when it is asked for 20,000.
  const double rates[] = {20000, 16376.81};
  for (int r = 0; r < 2; r++) {
    const double pass[] = {0.67, 5, 10, 25, 40}, stop[] = {85, 100, 125, 165, 250, 375, 480};
    for (size_t i = 0; i < sizeof pass / sizeof pass[0]; i++) CHECK(fabs(gain_db(pass[i], rates[r])) < 0.1);
    for (size_t i = 0; i < sizeof stop / sizeof stop[0]; i++) CHECK(gain_db(stop[i], rates[r]) < -60);
    // What folds at the 1 kHz means: the AD8232's own 40 Hz filter takes another 50 dB there.
    CHECK(gain_db(990, rates[r]) < -35);
  }
}

static void a_sample_has_its_time_and_its_microvolts(void) {
  converter_t converter = {.rate = 16376.81, .origin_us = 7000000, .jitter_us = 40, .electrode_mv = heart};
  start();
  double worst = 0, worst_at_r = 0;
  for (int i = 0; i < 6000; i++) {
    sb_adc_frame_t frame;
    converter_frame(&converter, &frame);
    CHECK_OK(sb_front_push(&front, &frame));
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      for (int k = 0; k < block->count && block->first_us > 37000000; k++) {
        double seconds = ((double)block->first_us - 7e6) / 1e6 + k * 0.008;
        double error = fabs(block->samples[k] * 0.1 - heart(seconds) * 1000);
        bool is_steep = fabs(heart(seconds + 0.004) - heart(seconds - 0.004)) > 0.1;
        if (is_steep && error > worst_at_r) worst_at_r = error;
        if (!is_steep && error > worst) worst = error;
      }
    }
  }
  // On the slopes of a QRS complex a few tens of microseconds cost more.
  CHECK(worst < 8 && worst_at_r < 25);
  CHECK(front.clipped == 0);
}

/// Drives a converter for `seconds` and counts what came out and what was declared lost.
static void drive(converter_t *converter, double seconds, unsigned lose_one_in, uint64_t *out, uint64_t *lost,
                  uint64_t *first_us, uint64_t *last_us) {
  uint64_t random = 11;
  uint32_t missing = 0;
  *out = *lost = 0;
  uint64_t until = converter->conversions + (uint64_t)(seconds * converter->rate);
  while (converter->conversions < until) {
    sb_adc_frame_t frame;
    converter_frame(converter, &frame);
    if (lose_one_in > 0 && test_random(&random) % lose_one_in == 0) {
      missing++;
      continue;
    }
    frame.frames_lost_before = missing;
    missing = 0;
    CHECK_OK(sb_front_push(&front, &frame));
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      if (*out == 0) *first_us = block->first_us;
      *lost += block->lost_before;
      *out += block->count;
      *last_us = block->first_us + 8000 * (uint64_t)(block->count - 1);
    }
  }
}

static double flat(double seconds) {
  (void)seconds;
  return 0;
}

static void the_rate_is_that_of_the_crystal(void) {
  const double rates[] = {20000, 16376.81, 20013.7, 24000};
  for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
    converter_t converter = {.rate = rates[i], .jitter_us = 50, .electrode_mv = flat};
    uint64_t out, lost, first_us = 0, last_us = 0;
    start();
    drive(&converter, 30, 0, &out, &lost, &first_us, &last_us);
    uint64_t before_us = last_us, end_us = 0;
    drive(&converter, 300, 0, &out, &lost, &first_us, &end_us);
    uint64_t elapsed_us = end_us - before_us;
    CHECK(lost == 0 && out * 8000 == elapsed_us);
    // The labels are exact by construction; that they are true, the converter's own clock says.
    double truth_us = (double)converter.conversions * 1e6 / converter.rate;
    double labelled_us = (double)sb_rate_present(&front.rate);
    CHECK(fabs(truth_us - labelled_us) < 300);  // 300 µs of 330 s: under one part per million
    double rate_error_ppm = fabs((double)front.rate.increment / 4294967296.0 * converter.rate / 4000 - 1) * 1e6;
    CHECK(rate_error_ppm < 10);
  }
}

static void what_is_lost_is_counted_exactly(void) {
  for (unsigned one_in = 2; one_in < 300; one_in = one_in * 3) {
    converter_t converter = {.rate = 16376.81, .jitter_us = 50, .electrode_mv = flat};
    uint64_t out, lost, first_us = 0, last_us = 0;
    start();
    drive(&converter, 120, one_in, &out, &lost, &first_us, &last_us);
    // Every 8 ms of the crystal between the first and the last sample is a sample or a loss.
    if (out > 0) CHECK((out + lost - 1) * 8000 == last_us - first_us);
    if (one_in > 20) CHECK(out > 0 && lost > 0);
  }
}

static void a_converter_that_stood_still_is_a_gap(void) {
  converter_t converter = {.rate = 20000, .electrode_mv = flat};
  uint64_t out, lost, first_us = 0, last_us = 0;
  start();
  drive(&converter, 10, 0, &out, &lost, &first_us, &last_us);
  uint64_t before_us = last_us;
  converter.origin_us += 2500000;
  drive(&converter, 10, 0, &out, &lost, &first_us, &last_us);
  CHECK(lost >= 2500 / 8 && lost <= 2500 / 8 + 14);
  CHECK(last_us - before_us == (out + lost) * 8000);
}

static void a_stall_while_measuring_begins_again(void) {
  const uint64_t stalls_us[] = {250000, 1000000, 40000000, 100000000000};
  for (size_t i = 0; i < sizeof stalls_us / sizeof stalls_us[0]; i++) {
    converter_t converter = {.rate = 20000, .electrode_mv = flat};
    uint64_t out, lost, first_us = 0, last_us = 0;
    start();
    drive(&converter, 0.2, 0, &out, &lost, &first_us, &last_us);
    converter.origin_us += stalls_us[i];
    drive(&converter, 120, 0, &out, &lost, &first_us, &last_us);
    CHECK(out > 110 * 125 && (out + lost - 1) * 8000 == last_us - first_us);
    double rate_error_ppm = fabs((double)front.rate.increment / 4294967296.0 * 5 - 1) * 1e6;
    CHECK(rate_error_ppm < 10);
  }
}

static void a_full_ring_loses_and_says_so(void) {
  converter_t converter = {.rate = 20000, .electrode_mv = flat};
  start();
  sb_adc_frame_t frame;
  bool was_refused = false;
  for (int i = 0; i < 3000; i++) {
    converter_frame(&converter, &frame);
    was_refused |= sb_front_push(&front, &frame) == SB_ERR_FULL;
  }
  CHECK(was_refused);
  uint64_t out = 0, lost = 0, last_us = 0, first_us = 0;
  for (int round = 0; round < 2; round++) {
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      if (out == 0) first_us = block->first_us;
      out += block->count;
      lost += block->lost_before;
      last_us = block->first_us + 8000 * (uint64_t)(block->count - 1);
    }
    for (int i = 0; i < 40; i++) {
      converter_frame(&converter, &frame);
      (void)sb_front_push(&front, &frame);
    }
  }
  CHECK(lost > 0 && lost == front.blocks.lost_ever && (out + lost - 1) * 8000 == last_us - first_us);
}

static void an_electrode_that_falls_off_is_a_flag(void) {
  converter_t converter = {.rate = 20000, .electrode_mv = heart};
  start();
  unsigned flagged = 0, clean = 0;
  for (int i = 0; i < 400; i++) {
    sb_adc_frame_t frame;
    converter_frame(&converter, &frame);
    frame.lead_off = i >= 200 && i < 300 ? SB_LEAD_OFF_PLUS : 0;
    CHECK_OK(sb_front_push(&front, &frame));
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      if (block->lead_off == SB_LEAD_OFF_PLUS) flagged += block->count;
      if (block->lead_off == 0) clean += block->count;
    }
  }
  CHECK(flagged >= 124 && flagged <= 126 && clean > 200);
}

static sb_err_t curved(void *context, int raw, int *millivolts) {
  (void)context;
  *millivolts = (int)lround(142 + raw * 0.7625 + raw * (double)raw * 1.1e-6);
  return SB_OK;
}

static void calibration_is_finer_than_a_millivolt(void) {
  sb_calibration_t calibration;
  CHECK_OK(sb_calibration_make(&calibration, curved, NULL));
  for (int i = 0; i < SB_CALIBRATION_KNOTS; i++) {
    double raw = i * 512.0, truth = (142 + raw * 0.7625 + raw * raw * 1.1e-6) * 1e6;
    CHECK(fabs((double)calibration.knots_nv[i] - truth) < 100000);  // 0.1 mV at the pin: 0.09 µV at the electrode
  }
}

static void the_resolution_follows_the_gain(void) {
  CHECK(sb_front_resolution(1100000) == 100 && sb_front_resolution(300000) == 200);
  CHECK(sb_front_resolution(100000) == 1000 && sb_front_resolution(0) == 0 && sb_front_resolution(1000) == 0);
  sb_front_config_t config = converter_front();
  config.gain_milli = 100000;
  CHECK_ERR(sb_front_init(&front, &config, &ring, 0), SB_ERR_RANGE);
}

static void a_ring_keeps_its_order_and_its_bounds(void) {
  uint32_t memory[4];
  sb_ring_t small;
  sb_ring_init(&small, memory, sizeof memory[0], 4);
  small.committed = small.released = UINT32_MAX - 2;  // its counters wrap
  uint32_t next = 0, expected = 0;
  for (int i = 0; i < 100; i++) {
    for (uint32_t *place; (place = sb_ring_claim(&small)) != NULL; sb_ring_commit(&small)) *place = next++;
    CHECK(next - expected == 4);
    for (int k = 0; k < 1 + i % 4; k++) {
      const uint32_t *oldest = sb_ring_oldest(&small);
      CHECK(oldest != NULL && *oldest == expected);
      sb_ring_release(&small);
      expected++;
    }
  }
}

const test_t FRONT_TESTS[] = {
    {"front: flat to 40 Hz, and nothing folds into it", its_band_is_flat_and_nothing_folds_into_it},
    {"front: a sample has its time and its microvolts", a_sample_has_its_time_and_its_microvolts},
    {"front: the rate is that of the crystal, whatever the converter's", the_rate_is_that_of_the_crystal},
    {"front: what is lost is counted exactly", what_is_lost_is_counted_exactly},
    {"front: a converter that stood still is a gap", a_converter_that_stood_still_is_a_gap},
    {"front: a stall while the rate is measured begins again", a_stall_while_measuring_begins_again},
    {"front: a full ring loses, and says so", a_full_ring_loses_and_says_so},
    {"front: an electrode that falls off is a flag, not a zero", an_electrode_that_falls_off_is_a_flag},
    {"front: calibration is finer than the millivolts that it is made of", calibration_is_finer_than_a_millivolt},
    {"front: the resolution follows the gain", the_resolution_follows_the_gain},
    {"ring: order and bounds, across the wrap of its counters", a_ring_keeps_its_order_and_its_bounds},
    {NULL, NULL},
};

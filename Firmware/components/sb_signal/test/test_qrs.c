#include <math.h>
#include <stdlib.h>

#include "board_test.h"
#include "sb_signal/sb_oximetry.h"
#include "sb_signal/sb_qrs.h"

static sb_qrs_t qrs;

/// Runs a synthetic heart and counts beats that match an R peak within 80 ms.
static void run(double bpm, double gain, double seconds, unsigned *matched, unsigned *other) {
  uint64_t random = 5;
  *matched = *other = 0;
  for (uint64_t i = 0; i < (uint64_t)(seconds * 125); i++) {
    double noise = ((double)(test_random(&random) % 2001) - 1000) / 1000 * 0.02;
    double wander = 0.3 * sin((double)i / 125 * 1.3);
    double value = (test_heart_mv((double)i / 125, bpm) + noise + wander) * gain * 10000;
    uint64_t beat;
    if (!sb_qrs_push(&qrs, (int16_t)lround(value), &beat)) continue;
    double away = fmod((double)beat / 125 - 0.4 + 30 / bpm, 60 / bpm) - 30 / bpm;
    if (fabs(away) <= 0.08)
      (*matched)++;
    else
      (*other)++;
  }
}

static void it_counts_beats_at_any_rate_and_size(void) {
  const double rates[] = {35, 60, 72, 120, 180, 220}, gains[] = {0.2, 1, 2};
  for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
    for (size_t g = 0; g < sizeof gains / sizeof gains[0]; g++) {
      unsigned matched, other;
      sb_qrs_init(&qrs);
      run(rates[r], gains[g], 60, &matched, &other);
      CHECK(matched + 5 >= (unsigned)rates[r] && matched <= (unsigned)rates[r] + 1 && other <= 1);
      uint32_t shown = sb_qrs_heart_rate(&qrs);
      CHECK(shown + 2 >= (uint32_t)rates[r] && shown <= (uint32_t)rates[r] + 2);
    }
  }
}

static void silence_has_no_rate(void) {
  unsigned matched, other;
  sb_qrs_init(&qrs);
  CHECK(sb_qrs_heart_rate(&qrs) == 0);
  run(72, 1, 20, &matched, &other);
  CHECK(sb_qrs_heart_rate(&qrs) == 72);
  uint64_t beat;
  for (int i = 0; i < 700; i++) CHECK(!sb_qrs_push(&qrs, 0, &beat) || i < 260);
  CHECK(sb_qrs_heart_rate(&qrs) == 0);
}

static void a_gap_is_no_interval(void) {
  unsigned matched, other;
  sb_qrs_init(&qrs);
  run(72, 1, 20, &matched, &other);
  sb_qrs_gap(&qrs, 1000);
  CHECK(sb_qrs_heart_rate(&qrs) == 0);
  run(100, 1, 15, &matched, &other);
  CHECK(sb_qrs_heart_rate(&qrs) >= 98 && sb_qrs_heart_rate(&qrs) <= 102);
}

static void extremes_do_not_overflow(void) {
  sb_qrs_init(&qrs);
  uint64_t beat;
  for (int i = 0; i < 5000; i++) (void)sb_qrs_push(&qrs, i / 3 % 2 == 0 ? INT16_MIN : INT16_MAX, &beat);
}

static void saturation_by_the_ratio(void) {
  static sb_oximetry_t oximetry;
  for (int ratio = 4; ratio <= 12; ratio += 2) {
    sb_oximetry_init(&oximetry);
    CHECK(sb_oximetry_percent(&oximetry) == 0);
    for (int i = 0; i < 3000; i++) {
      double pulse = sin(i / 125.0 * 2 * 3.14159265 * 1.2);
      sb_oximetry_push(&oximetry, (int32_t)lround(9000 + 90.0 * ratio / 10 * pulse),
                       (int32_t)lround(12000 + 120 * pulse));
    }
    int expected = ratio == 4 ? 100 : 110 - 25 * ratio / 10;
    CHECK(abs((int)sb_oximetry_percent(&oximetry) - expected) <= 1);
  }
  for (int i = 0; i < 2000; i++) sb_oximetry_push(&oximetry, 9000, 12000);
  CHECK(sb_oximetry_percent(&oximetry) == 0);
}

const test_t QRS_TESTS[] = {
    {"qrs: beats at any rate and size", it_counts_beats_at_any_rate_and_size},
    {"qrs: silence has no rate", silence_has_no_rate},
    {"qrs: a gap is no interval", a_gap_is_no_interval},
    {"qrs: extremes do not overflow", extremes_do_not_overflow},
    {"oximetry: saturation by the ratio of ratios", saturation_by_the_ratio},
    {NULL, NULL},
};

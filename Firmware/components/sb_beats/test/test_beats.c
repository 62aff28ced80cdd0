#include <math.h>
#include <stdlib.h>

#include "board_test.h"
#include "sb_beats/sb_beats.h"
#include "sb_signal/sb_qrs.h"

static sb_beats_t beats;
static sb_qrs_t qrs;
static const double PI = 3.14159265358979323846;

static int16_t heart(size_t i, double bpm) { return (int16_t)lround(test_heart_mv((double)i / 125, bpm) * 5000); }

static void push(int16_t sample) {
  uint64_t at;
  sb_beats_push(&beats, sample);
  if (sb_qrs_push(&qrs, sample, &at)) sb_beats_found(&beats, at);
}

static void begin(void) {
  sb_beats_init(&beats);
  sb_qrs_init(&qrs);
}

/// The gain of the band at a frequency, by a sine that has lasted for a while.
static double gain(double hertz) {
  sb_band_t band;
  sb_band_restart(&band);
  double most = 0;
  for (int i = 0; i < 6000; i++) {
    double out = sb_band_push(&band, (int16_t)lround(10000 * sin(2 * PI * hertz * i / 125))) / 64.0;
    if (i > 3000 && fabs(out) > most) most = fabs(out);
  }
  return most / 10000;
}

static void the_band_is_the_servers(void) {
  // Butterworth: −3 dB at 0.5 and 40 Hz, flat between; bilinear, so the upper edge is warped as the server's is.
  CHECK(fabs(gain(0.5) - 0.7071) < 0.005 && fabs(gain(40) - 0.7071) < 0.01);
  CHECK(fabs(gain(5) - 1) < 0.01 && fabs(gain(15.3) - 1) < 0.02);
  CHECK(gain(0.05) < 0.011 && gain(50.7) < 0.08);
}

static void the_band_settles_at_once_and_has_no_offset(void) {
  sb_band_t band;
  sb_band_restart(&band);
  for (int i = 0; i < 20000; i++) CHECK(abs(sb_band_push(&band, -32768)) <= 1);
  // A step from rail to rail is the worst; an hour later nothing of it is left.
  int32_t most = 0;
  for (int i = 0; i < 20000; i++) {
    int32_t out = sb_band_push(&band, 32767);
    if (out > most) most = out;
  }
  CHECK(most > 65535 * 60 && most < 65535 * 80);
  CHECK(abs(sb_band_push(&band, 32767)) <= 64);
}

static void every_beat_has_its_peak_in_its_place(void) {
  const double rates[] = {45, 72, 130, 190};
  for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
    begin();
    unsigned cut = 0, placed = 0;
    for (size_t i = 0; i < 60 * 125; i++) {
      push(heart(i, rates[r]));
      int32_t window[SB_NETWORK_WINDOW];
      uint64_t peak;
      while (sb_cutter_next(&beats.cutter, window, &peak)) {
        cut++;
        // The R peak of the synthetic heart, 0.8 samples late behind the filter.
        double away = fmod((double)peak - 0.8 - 50 + 125 * 30 / rates[r], 125 * 60 / rates[r]) - 125 * 30 / rates[r];
        int highest = 0;
        for (int k = 1; k < SB_NETWORK_WINDOW; k++) {
          if (abs(k - SB_NETWORK_R_INDEX) < 12 && window[k] > window[highest]) highest = k;
          if (abs(highest - SB_NETWORK_R_INDEX) >= 12) highest = k;
        }
        placed += fabs(away) <= 1 && highest == SB_NETWORK_R_INDEX;
      }
    }
    CHECK(cut + 6 >= (unsigned)rates[r] && cut <= (unsigned)rates[r] + 1);
    CHECK(placed + 1 >= cut && beats.cutter.uncut == 0);
  }
}

static void a_gap_is_in_no_window(void) {
  begin();
  uint64_t last_gap = 0;
  unsigned cut = 0;
  for (size_t i = 0; i < 120 * 125; i++) {
    if (i % 1000 == 0) {
      sb_qrs_gap(&qrs, 40);
      sb_beats_gap(&beats, 40);
      last_gap = beats.cutter.index;
    }
    // Before a gap the signal is high, behind it low: a window that reached across would see the step.
    push((int16_t)(heart(i, 80) + (i / 1000 % 2 == 0 ? 12000 : -12000)));
    int32_t window[SB_NETWORK_WINDOW];
    uint64_t peak;
    while (sb_cutter_next(&beats.cutter, window, &peak)) {
      cut++;
      CHECK(peak >= last_gap);
      for (int k = 0; k < SB_NETWORK_WINDOW; k++) CHECK(abs(window[k]) < 10000 * 64);
    }
  }
  CHECK(cut > 100 && beats.cutter.uncut > 0);
}

static void beats_that_come_too_late_or_too_many_are_counted(void) {
  begin();
  for (size_t i = 0; i < 600; i++) sb_beats_push(&beats, heart(i, 72));
  sb_beats_found(&beats, 60);  // its window has left the ring
  int32_t window[SB_NETWORK_WINDOW];
  uint64_t peak;
  CHECK(!sb_cutter_next(&beats.cutter, window, &peak) && beats.cutter.uncut == 1);
  for (int i = 0; i < SB_CUTTER_WAITING + 3; i++) sb_beats_found(&beats, 550);
  CHECK(beats.cutter.uncut == 4 && beats.cutter.waiting_count == SB_CUTTER_WAITING);
  // Nor may nonsense do harm.
  sb_beats_found(&beats, UINT64_MAX - 100);
  sb_beats_found(&beats, 0);
  sb_beats_init(&beats);
  sb_beats_found(&beats, 0);
  sb_beats_found(&beats, 500);
  CHECK(beats.cutter.waiting_count == 0 && beats.cutter.uncut == 2);
}

static void wide_early_beats_are_flagged_and_others_are_not(void) {
  begin();
  unsigned judged = 0, flagged_ectopic = 0, flagged_normal = 0, ectopic = 0;
  for (size_t i = 0; i < 300 * 125; i++) {
    double mv = test_heart_mv((double)i / 125, 60);
    // Every eighth second an ectopic beat in place of the R wave's successor: early, wide, with an inverted T wave.
    double phase = fmod((double)i / 125, 8) - 4.0;
    if (fabs(phase) < 0.95) {
      double wide = exp(-pow((phase + 0.05) / 0.045, 2) / 2), t = exp(-pow((phase - 0.27) / 0.07, 2) / 2);
      double first = phase < -0.4 ? mv : 0;
      mv = first + 1.5 * wide - 0.5 * t;
    }
    push((int16_t)lround(mv * 5000));
    sb_verdict_t verdict;
    while (sb_beats_judge(&beats, &verdict)) {
      judged++;
      double at = fmod((double)verdict.sample / 125, 8) - 4.0;
      bool is_ectopic = fabs(at + 0.05) < 0.12;
      ectopic += is_ectopic;
      flagged_ectopic += is_ectopic && verdict.is_abnormal;
      flagged_normal += !is_ectopic && verdict.is_abnormal;
    }
  }
  CHECK(judged > 250 && ectopic >= 35);
  CHECK(flagged_ectopic >= ectopic - 2 && flagged_normal <= judged / 50);
  CHECK(beats.judged == judged && beats.abnormal == flagged_ectopic + flagged_normal);
}

static void the_network_takes_any_window(void) {
  static sb_network_scratch_t scratch;
  int32_t window[SB_NETWORK_WINDOW];
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) window[i] = INT32_MIN;
  int32_t flat = sb_network_log_odds(&SB_NETWORK, window, &scratch);
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) window[i] = 7;
  CHECK(sb_network_log_odds(&SB_NETWORK, window, &scratch) == flat);
  window[3] = INT32_MAX;
  window[90] = INT32_MIN;
  (void)sb_network_log_odds(&SB_NETWORK, window, &scratch);
  uint64_t random = 3;
  for (int n = 0; n < 200; n++) {
    for (int i = 0; i < SB_NETWORK_WINDOW; i++) window[i] = (int32_t)test_random(&random);
    int32_t odds = sb_network_log_odds(&SB_NETWORK, window, &scratch);
    CHECK(odds > -100 * 65536 && odds < 100 * 65536);
    // Units do not matter.
    int32_t halves[SB_NETWORK_WINDOW];
    for (int i = 0; i < SB_NETWORK_WINDOW; i++) halves[i] = window[i] / 2;
    CHECK(abs(sb_network_log_odds(&SB_NETWORK, halves, &scratch) - odds) < 6000);
  }
}

const test_t BEAT_TESTS[] = {
    {"beats: the band is the server's", the_band_is_the_servers},
    {"beats: the band settles at once and has no offset", the_band_settles_at_once_and_has_no_offset},
    {"beats: every beat has its peak in its place", every_beat_has_its_peak_in_its_place},
    {"beats: a gap is in no window", a_gap_is_in_no_window},
    {"beats: what comes too late or too often is counted", beats_that_come_too_late_or_too_many_are_counted},
    {"beats: wide early beats are flagged and others are not", wide_early_beats_are_flagged_and_others_are_not},
    {"beats: the network takes any window", the_network_takes_any_window},
    {NULL, NULL},
};

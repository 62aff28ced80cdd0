#include "sb_signal/sb_qrs.h"

#include <string.h>

enum {
  LEARNING = 2 * SB_QRS_RATE_HZ,
  /// A peak of the energy is taken once nothing larger came for this long.
  SETTLE = 19,
  /// From the peak of the window's energy back to the middle of the complex: half the window and the filter's delay.
  DELAY = SB_QRS_WINDOW / 2 + 3,
  /// No beat for this long: there is no rate to show.
  SILENCE = 4 * SB_QRS_RATE_HZ,
  /// A single step cannot drive the levels away: twenty times what is usual is an artefact.
  OUTLIER = 20,
};

void sb_qrs_init(sb_qrs_t *qrs) { memset(qrs, 0, sizeof *qrs); }

/// The slope's band is 5–20 Hz: the difference of two sums of three samples, four samples apart.
static uint32_t slope_energy(sb_qrs_t *qrs, int16_t sample) {
  memmove(qrs->input + 1, qrs->input, sizeof qrs->input - sizeof qrs->input[0]);
  qrs->input[0] = sample;
  const int32_t *x = qrs->input;
  int64_t slope = (int64_t)x[0] + x[1] + x[2] - x[4] - x[5] - x[6];
  // 18 bits squared, over 15 places, within 32 bits.
  return (uint32_t)(slope * slope >> 9);
}

static uint32_t threshold(const sb_qrs_t *qrs) {
  return qrs->noise + (qrs->signal > qrs->noise ? (qrs->signal - qrs->noise) / 6 : 0);
}

static uint32_t mean_interval(const sb_qrs_t *qrs) {
  uint32_t sum = 0;
  for (uint8_t i = 0; i < qrs->interval_count; i++) sum += qrs->intervals[i];
  return qrs->interval_count == 0 ? SB_QRS_RATE_HZ : sum / qrs->interval_count;
}

static void level(uint32_t *level, uint32_t peak) { *level = *level - *level / 8 + peak / 8; }

static void take_beat(sb_qrs_t *qrs, uint32_t peak, uint64_t at, uint64_t *beat) {
  if (peak / OUTLIER < qrs->signal) level(&qrs->signal, peak);
  if (qrs->has_beat && at - qrs->last_beat <= SILENCE) {
    qrs->intervals[qrs->interval_at] = (uint16_t)(at - qrs->last_beat);
    qrs->interval_at = (uint8_t)((qrs->interval_at + 1) % SB_QRS_INTERVALS);
    if (qrs->interval_count < SB_QRS_INTERVALS) qrs->interval_count++;
  } else {
    qrs->interval_count = 0;
  }
  qrs->has_beat = true;
  qrs->last_beat = at;
  qrs->small_peak = 0;
  *beat = at > DELAY ? at - DELAY : 0;
}

/// Within 360 ms of a beat, a wave of less than half its energy is a T wave.
static bool is_t_wave(const sb_qrs_t *qrs, uint32_t peak, uint64_t at) {
  return qrs->has_beat && at - qrs->last_beat < 45 && peak < qrs->signal / 2;
}

static bool judge(sb_qrs_t *qrs, uint32_t peak, uint64_t at, uint64_t *beat) {
  if (peak > threshold(qrs) && !is_t_wave(qrs, peak, at)) {
    take_beat(qrs, peak, at, beat);
    return true;
  }
  level(&qrs->noise, peak);
  if (peak > qrs->small_peak && (!qrs->has_beat || at - qrs->last_beat > 45)) {
    qrs->small_peak = peak;
    qrs->small_index = at;
  }
  return false;
}

bool sb_qrs_push(sb_qrs_t *qrs, int16_t sample, uint64_t *beat) {
  uint32_t slope = slope_energy(qrs, sample);
  uint32_t *oldest = &qrs->slopes[qrs->index % SB_QRS_WINDOW];
  qrs->energy = qrs->energy - *oldest + slope;
  *oldest = slope;
  uint32_t energy = qrs->energy;
  uint64_t now = qrs->index++;
  if (now < LEARNING) {
    if (energy > qrs->learning_peak && now > SB_QRS_WINDOW) qrs->learning_peak = energy;
    qrs->signal = qrs->learning_peak / 2;
    qrs->noise = qrs->learning_peak / 16;
  }
  bool is_peak = qrs->before > qrs->before_that && qrs->before >= energy;
  uint32_t peak = qrs->before;
  qrs->before_that = qrs->before;
  qrs->before = energy;
  if (is_peak && peak > qrs->candidate) {
    qrs->candidate = peak;
    qrs->candidate_index = now - 1;
  }
  if (qrs->candidate > 0 && now - qrs->candidate_index >= SETTLE) {
    uint32_t candidate = qrs->candidate;
    qrs->candidate = 0;
    bool is_late_enough = !qrs->has_beat || qrs->candidate_index - qrs->last_beat >= SB_QRS_REFRACTORY;
    if (now >= LEARNING / 2 && is_late_enough && judge(qrs, candidate, qrs->candidate_index, beat)) return true;
  }
  // A beat that is late by two thirds of an interval was perhaps a small one.
  bool is_overdue = qrs->has_beat && now - qrs->last_beat > mean_interval(qrs) * 5 / 3;
  if (!is_overdue || qrs->small_peak <= threshold(qrs) / 2) return false;
  take_beat(qrs, qrs->small_peak, qrs->small_index, beat);
  return true;
}

void sb_qrs_gap(sb_qrs_t *qrs, uint64_t samples) {
  qrs->index += samples;
  qrs->has_beat = false;
  qrs->interval_count = 0;
  qrs->small_peak = 0;
  qrs->candidate = 0;
}

uint32_t sb_qrs_heart_rate(const sb_qrs_t *qrs) {
  if (qrs->interval_count < 3 || qrs->index - qrs->last_beat > SILENCE) return 0;
  uint16_t sorted[SB_QRS_INTERVALS];
  uint8_t count = qrs->interval_count;
  for (uint8_t i = 0; i < count; i++) {
    uint8_t at = i;
    for (; at > 0 && sorted[at - 1] > qrs->intervals[i]; at--) sorted[at] = sorted[at - 1];
    sorted[at] = qrs->intervals[i];
  }
  uint32_t twice = count % 2 == 1 ? 2u * sorted[count / 2] : (uint32_t)sorted[count / 2] + sorted[count / 2 - 1];
  return (2 * 60 * SB_QRS_RATE_HZ + twice / 2) / twice;
}

#include "sb_signal/sb_oximetry.h"

#include <string.h>

enum {
  /// The slow mean follows within about two seconds.
  FOLLOW = 256,
  /// Less pulsation than this, in parts per million of the steady light, is not a pulse.
  LEAST_PULSE_PPM = 300,
};

void sb_oximetry_init(sb_oximetry_t *oximetry) { memset(oximetry, 0, sizeof *oximetry); }

static void judge(sb_oximetry_t *oximetry) {
  uint64_t relative[2];
  for (int i = 0; i < 2; i++) {
    uint64_t level = (uint64_t)(oximetry->level[i] > 0 ? oximetry->level[i] : 1);
    relative[i] = oximetry->pulsation[i] * 1000000 / level;
  }
  oximetry->percent = 0;
  if (relative[0] < LEAST_PULSE_PPM || relative[1] < LEAST_PULSE_PPM) return;
  uint64_t drop = 25 * relative[0] / relative[1];
  // Below 70 % no such sensor is calibrated (ISO 80601-2-61 measures accuracy from 70 to 100 %).
  if (drop > 40) return;
  oximetry->percent = (uint8_t)(drop < 10 ? 100 : 110 - drop);
}

void sb_oximetry_push(sb_oximetry_t *oximetry, int32_t red, int32_t infrared) {
  const int32_t values[2] = {red, infrared};
  for (int i = 0; i < 2; i++) {
    int64_t value = (int64_t)values[i] * FOLLOW;
    if (!oximetry->has_steady) oximetry->steady[i] = value;
    oximetry->steady[i] += (value - oximetry->steady[i]) / FOLLOW;
    int64_t pulse = (value - oximetry->steady[i]) / FOLLOW;
    oximetry->pulsation[i] += (uint64_t)(pulse < 0 ? -pulse : pulse);
    oximetry->level[i] += values[i];
  }
  oximetry->has_steady = true;
  if (++oximetry->count < SB_OXIMETRY_WINDOW) return;
  judge(oximetry);
  oximetry->count = 0;
  memset(oximetry->pulsation, 0, sizeof oximetry->pulsation);
  memset(oximetry->level, 0, sizeof oximetry->level);
}

uint8_t sb_oximetry_percent(const sb_oximetry_t *oximetry) { return oximetry->percent; }

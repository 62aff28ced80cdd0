#include "sb_beats/sb_beats.h"

#include <string.h>

void sb_beats_init(sb_beats_t *beats) {
  memset(beats, 0, sizeof *beats);
  sb_cutter_init(&beats->cutter);
}

void sb_beats_push(sb_beats_t *beats, int16_t sample) { sb_cutter_push(&beats->cutter, sample); }

void sb_beats_gap(sb_beats_t *beats, uint64_t samples) { sb_cutter_gap(&beats->cutter, samples); }

void sb_beats_found(sb_beats_t *beats, uint64_t at) { sb_cutter_beat(&beats->cutter, at); }

bool sb_beats_judge(sb_beats_t *beats, sb_verdict_t *verdict) {
  if (!sb_cutter_next(&beats->cutter, beats->window, &verdict->sample)) return false;
  verdict->log_odds = sb_network_log_odds(&SB_NETWORK, beats->window, &beats->scratch);
  verdict->is_abnormal = verdict->log_odds >= SB_BEATS_FLAG_LOG_ODDS;
  beats->judged++;
  beats->abnormal += verdict->is_abnormal;
  return true;
}

void sb_beats_skip(sb_beats_t *beats) {
  uint64_t peak;
  while (sb_cutter_next(&beats->cutter, beats->window, &peak)) continue;
}

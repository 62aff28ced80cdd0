#pragma once

#include "sb_beats/sb_cutter.h"
#include "sb_beats/sb_network.h"

enum {
  /// A beat is flagged from here on: P(abnormal) 0.90. The trainer gave abnormal beats the weight of the normal ones, 8.9
  /// times theirs, which raises every log odds by ln 8.9; without it this is where abnormal becomes the likelier.
  SB_BEATS_FLAG_LOG_ODDS = 143246,
};

/// Judges beats on the device, for the time in which no server does: signal and QRS complexes in, abnormal beats out. A
/// hint to the wearer and a count in the status chunk; what a clinician sees is the server's judgement of the same signal.
typedef struct {
  sb_cutter_t cutter;
  sb_network_scratch_t scratch;
  int32_t window[SB_NETWORK_WINDOW];
  uint64_t judged;
  uint64_t abnormal;
} sb_beats_t;

/// A beat that was judged.
typedef struct {
  /// Its R peak, counted as the samples are.
  uint64_t sample;
  /// See `sb_network_log_odds`.
  int32_t log_odds;
  bool is_abnormal;
} sb_verdict_t;

void sb_beats_init(sb_beats_t *beats);

/// Takes a sample, whether or not beats are to be judged: what comes later needs what was before it.
void sb_beats_push(sb_beats_t *beats, int16_t sample);

/// `samples` are missing.
void sb_beats_gap(sb_beats_t *beats, uint64_t samples);

/// The detector has found a QRS complex around sample `at`.
void sb_beats_found(sb_beats_t *beats, uint64_t at);

/// Judges the next beat whose signal is complete, about a second behind its R peak. A tenth of a second of work on an
/// ESP32: one beat at a time.
bool sb_beats_judge(sb_beats_t *beats, sb_verdict_t *verdict);

/// Lets the beats go by unjudged whose signal is complete.
void sb_beats_skip(sb_beats_t *beats);

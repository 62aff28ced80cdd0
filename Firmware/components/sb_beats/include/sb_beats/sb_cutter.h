#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sb_beats/sb_band.h"
#include "sb_beats/sb_network.h"

/// Cuts beats out of the signal as the server does: band-passed, the R peak at its place in a window of 187 samples.
enum {
  /// 4 s of band-passed signal: a beat that the detector finds late must still be there with all of its window.
  SB_CUTTER_RING = 512,
  /// Beats that wait for the end of their windows, which is a second away: at the detector's limit of 300 a minute, six.
  SB_CUTTER_WAITING = 8,
};

typedef struct {
  sb_band_t band;
  int32_t ring[SB_CUTTER_RING];
  /// Samples so far, gaps included, as the QRS detector counts them.
  uint64_t index;
  /// The first sample behind the last gap.
  uint64_t start;
  uint64_t waiting[SB_CUTTER_WAITING];
  uint8_t waiting_count;
  /// The usual side of the R peaks: −2^15 (all point down) … 2^15.
  int32_t side;
  /// Beats whose window could not be cut.
  uint64_t uncut;
} sb_cutter_t;

void sb_cutter_init(sb_cutter_t *cutter);

void sb_cutter_push(sb_cutter_t *cutter, int16_t sample);

/// `samples` are missing: no window reaches across.
void sb_cutter_gap(sb_cutter_t *cutter, uint64_t samples);

/// There is a QRS complex around sample `at`. Finds its R peak.
void sb_cutter_beat(sb_cutter_t *cutter, uint64_t at);

/// Gives the window of the first beat whose window is complete, and the sample of its R peak.
bool sb_cutter_next(sb_cutter_t *cutter, int32_t window[SB_NETWORK_WINDOW], uint64_t *peak);

#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Heart rate on the device, in whole numbers: QRS complexes by the energy of the slope in a moving window with
/// adaptive thresholds, after J. Pan and W. J. Tompkins, "A Real-Time QRS Detection Algorithm", IEEE Trans. Biomed.
/// Eng. 32 (1985). It drives the display and nothing else: what a clinician sees is found by the server in the signal
/// itself.
enum {
  SB_QRS_RATE_HZ = 125,
  /// 120 ms, about the length of a QRS complex.
  SB_QRS_WINDOW = 15,
  /// A new beat cannot follow the last within 200 ms.
  SB_QRS_REFRACTORY = 25,
  SB_QRS_INTERVALS = 8,
};

typedef struct {
  int32_t input[8];
  uint32_t slopes[SB_QRS_WINDOW];
  uint64_t index;
  uint32_t energy;
  uint32_t before;
  uint32_t before_that;
  /// Running levels of QRS complexes and of everything else.
  uint32_t signal;
  uint32_t noise;
  uint32_t learning_peak;
  /// The largest peak since the last beat that was too small, in case a beat turns out to be missing.
  uint32_t small_peak;
  uint64_t small_index;
  uint32_t candidate;
  uint64_t candidate_index;
  uint64_t last_beat;
  bool has_beat;
  uint16_t intervals[SB_QRS_INTERVALS];
  uint8_t interval_count;
  uint8_t interval_at;
} sb_qrs_t;

void sb_qrs_init(sb_qrs_t *qrs);

/// Takes a sample; whether it completes a beat, and then `*beat` is the index of a sample within that QRS complex.
bool sb_qrs_push(sb_qrs_t *qrs, int16_t sample, uint64_t *beat);

/// Samples are missing: what was learnt of levels stays, the rhythm does not.
void sb_qrs_gap(sb_qrs_t *qrs, uint64_t samples);

/// Beats per minute by the median of the last eight intervals; 0 where there are fewer than three or none lately.
uint32_t sb_qrs_heart_rate(const sb_qrs_t *qrs);

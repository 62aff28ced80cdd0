// What the device says of the beats of a recording: beat_flags FOLDER RECORD... prints a line of CSV for each beat: record,
// sample at 360 Hz, P(abnormal).
#include <math.h>
#include <stdio.h>

#include "recording.h"
#include "sb_beats/sb_beats.h"
#include "sb_signal/sb_qrs.h"

enum { HALF = 48 };

/// Sample `i` at 125 Hz, in units of 0.2 µV of the device: band-limited interpolation with a Hann window, as an anti-alias
/// filter with its edge at 55 Hz would see the signal. The first sample is at the recording's first, as the server has it.
static int16_t sample_at_125(const recording_t *recording, size_t i) {
  const double pi = 3.14159265358979323846, cutoff = 2 * 55.0 / 360;
  double at = (double)i * 2.88, sum = 0, weights = 0;
  long middle = (long)at;
  for (long k = middle - HALF + 1; k <= middle + HALF; k++) {
    double t = at - (double)k, x = pi * cutoff * t;
    double weight = (x == 0 ? 1 : sin(x) / x) * (0.5 + 0.5 * cos(pi * t / (HALF + 1)));
    long inside = k < 0 ? 0 : k >= (long)recording->count ? (long)recording->count - 1 : k;
    sum += weight * recording->samples[inside];
    weights += weight;
  }
  double value = (sum / weights - 1024) * 25;
  return (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
}

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  static sb_beats_t beats;
  for (int k = 2; k < argc; k++) {
    recording_t recording;
    if (!recording_open(&recording, argv[1], argv[k])) {
      fprintf(stderr, "no recording %s in %s\n", argv[k], argv[1]);
      return 65;
    }
    sb_qrs_t qrs;
    sb_qrs_init(&qrs);
    sb_beats_init(&beats);
    size_t count = (size_t)((double)recording.count / 2.88);
    for (size_t i = 0; i < count; i++) {
      int16_t sample = sample_at_125(&recording, i);
      uint64_t at;
      sb_beats_push(&beats, sample);
      if (sb_qrs_push(&qrs, sample, &at)) sb_beats_found(&beats, at);
      sb_verdict_t verdict;
      while (sb_beats_judge(&beats, &verdict)) {
        // Less what the band-pass is late.
        printf("%s,%.0f,%.6f\n", argv[k], ((double)verdict.sample - 0.8) * 2.88, 1 / (1 + exp(-verdict.log_odds / 65536.0)));
      }
    }
    if (beats.cutter.uncut > 0) fprintf(stderr, "%s: %llu beats without a window\n", argv[k], (unsigned long long)beats.cutter.uncut);
    recording_close(&recording);
  }
  return 0;
}

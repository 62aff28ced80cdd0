// How well the device's QRS detector agrees with the annotations: qrs_agreement FOLDER RECORD...
// A beat matches within 150 ms (ANSI/AAMI EC57), each once; the first five minutes teach and are not counted.
#include <stdio.h>

#include "recording.h"
#include "sb_signal/sb_qrs.h"

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  unsigned long found_all = 0, missed_all = 0, extra_all = 0;
  printf("record  beats  found  missed  extra  Se %%    +P %%\n");
  for (int k = 2; k < argc; k++) {
    recording_t recording;
    if (!recording_open(&recording, argv[1], argv[k])) {
      fprintf(stderr, "no recording %s in %s\n", argv[k], argv[1]);
      return 65;
    }
    sb_qrs_t qrs;
    sb_qrs_init(&qrs);
    size_t count = (size_t)((double)recording.count / 2.88), next = 0;
    unsigned long found = 0, missed = 0, extra = 0;
    const double learning_s = 300;
    for (size_t i = 0; i < count; i++) {
      uint64_t beat;
      // 5 µV per unit of MIT-BIH; the detector sees 0.2 µV.
      double value = (recording_at_125(&recording, i) - 1024) * 25;
      if (value > 32767) value = 32767;
      if (value < -32768) value = -32768;
      if (!sb_qrs_push(&qrs, (int16_t)value, &beat)) continue;
      double at = (double)beat / 125;
      while (next < recording.beat_count && recording.beats[next] / 360.0 < at - 0.15) {
        if (recording.beats[next] / 360.0 >= learning_s) missed++;
        next++;
      }
      bool is_match = next < recording.beat_count && recording.beats[next] / 360.0 <= at + 0.15;
      if (at >= learning_s) {
        if (is_match)
          found++;
        else
          extra++;
      }
      if (is_match) next++;
    }
    for (; next < recording.beat_count && recording.beats[next] / 360.0 < (double)count / 125 - 1; next++) missed++;
    printf("%-6s %6lu %6lu %7lu %6lu  %6.2f  %6.2f\n", argv[k], found + missed, found, missed, extra,
           100.0 * (double)found / (double)(found + missed), 100.0 * (double)found / (double)(found + extra));
    found_all += found;
    missed_all += missed;
    extra_all += extra;
    recording_close(&recording);
  }
  printf("all    %6lu %6lu %7lu %6lu  %6.2f  %6.2f\n", found_all + missed_all, found_all, missed_all, extra_all,
         100.0 * (double)found_all / (double)(found_all + missed_all),
         100.0 * (double)found_all / (double)(found_all + extra_all));
  return 0;
}

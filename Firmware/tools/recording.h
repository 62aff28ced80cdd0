#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/// Reads what MIT-BIH needs of WFDB for the measuring tools: signal 0 of a two-signal format 212 file, and beat times.
typedef struct {
  int16_t *samples;
  size_t count;
  uint32_t *beats;
  size_t beat_count;
} recording_t;

static uint8_t *recording_file(const char *folder, const char *name, const char *kind, size_t *size) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind);
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*size + 4);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) abort();
  fclose(file);
  return bytes;
}

/// Annotation codes that are beats (WFDB Programmer's Guide, appendix on codes).
static int recording_is_beat(unsigned code) {
  return (code >= 1 && code <= 13) || code == 25 || code == 30 || code == 34 || code == 35 || code == 38 || code == 41;
}

static int recording_open(recording_t *recording, const char *folder, const char *name) {
  size_t size, annotations;
  uint8_t *data = recording_file(folder, name, "dat", &size);
  uint8_t *marks = recording_file(folder, name, "atr", &annotations);
  if (data == NULL || marks == NULL) return 0;
  recording->count = size / 3;
  recording->samples = malloc(recording->count * sizeof *recording->samples);
  recording->beats = malloc(annotations * sizeof *recording->beats);
  if (recording->samples == NULL || recording->beats == NULL) abort();
  for (size_t i = 0; i < recording->count; i++) {
    int value = data[3 * i] | (data[3 * i + 1] & 0x0f) << 8;
    recording->samples[i] = (int16_t)(value >= 2048 ? value - 4096 : value);
  }
  uint32_t time = 0;
  recording->beat_count = 0;
  for (size_t i = 0; i + 1 < annotations;) {
    unsigned word = marks[i] | (unsigned)marks[i + 1] << 8, code = word >> 10, value = word & 0x3ff;
    i += 2;
    if (word == 0) break;
    if (code == 59) {  // SKIP: a long interval, high half first
      time += (uint32_t)marks[i] << 16 | (uint32_t)marks[i + 1] << 24 | marks[i + 2] | (uint32_t)marks[i + 3] << 8;
      i += 4;
    } else if (code == 63) {  // AUX: text
      i += value + (value & 1);
    } else if (code < 59) {
      time += value;
      if (recording_is_beat(code)) recording->beats[recording->beat_count++] = time;
    }
  }
  free(data);
  free(marks);
  return 1;
}

static void recording_close(recording_t *recording) {
  free(recording->samples);
  free(recording->beats);
}

/// Sample `i` at 125 Hz of a signal at 360 Hz: a mean over one output interval, which is enough of a low pass here.
static inline double recording_at_125(const recording_t *recording, size_t i) {
  double from = (double)i * 2.88 - 1.44, sum = 0;
  for (int step = 0; step < 4; step++) {
    double at = from + 0.36 + 0.72 * step;
    if (at < 0) at = 0;
    size_t below = (size_t)at;
    if (below + 1 >= recording->count) return recording->samples[recording->count - 1];
    double part = at - (double)below;
    sum += recording->samples[below] * (1 - part) + recording->samples[below + 1] * part;
  }
  return sum / 4;
}

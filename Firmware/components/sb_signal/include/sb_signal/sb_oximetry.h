#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Oxygen saturation for the display, in whole numbers, by the ratio of ratios: SpO2 = 110 − 25 R, the line that sensor
/// makers give for an uncalibrated finger (Maxim Integrated, application note 6845 gives a parabola within 1 % of it
/// above 85 %). It is a hint to whoever wears the sensor; the server computes its own.
enum {
  /// Four seconds: two or more pulses.
  SB_OXIMETRY_WINDOW = 500,
};

typedef struct {
  /// Slow means of red and infrared, in 2^-8.
  int64_t steady[2];
  uint64_t pulsation[2];
  int64_t level[2];
  uint32_t count;
  bool has_steady;
  uint8_t percent;
} sb_oximetry_t;

void sb_oximetry_init(sb_oximetry_t *oximetry);

/// Takes a pair of samples.
void sb_oximetry_push(sb_oximetry_t *oximetry, int32_t red, int32_t infrared);

/// Percent, or 0 where there is no pulse to measure.
uint8_t sb_oximetry_percent(const sb_oximetry_t *oximetry);

#pragma once

#include "board_test.h"
#include "sb_signal/sb_front.h"

/// A virtual AD8232 and converter: what its interrupt would put into frames.
typedef struct {
  /// Conversions per second of the crystal, whatever was asked for.
  double rate;
  uint64_t conversions;
  /// The crystal at the converter's start.
  uint64_t origin_us;
  uint64_t random;
  /// Interrupts come up to this much late.
  uint32_t jitter_us;
  /// The lead-off lines.
  uint8_t lead_off;
  double (*electrode_mv)(double seconds);
} converter_t;

/// Fills the next frame.
void converter_frame(converter_t *converter, sb_adc_frame_t *frame);

/// A front end at 1100 times and 100 nV, with a straight calibration of 3.3 V.
sb_front_config_t converter_front(void);

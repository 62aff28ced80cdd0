#pragma once

#include "converter.h"
#include "virtual_max30102.h"

/// A patient at the electrodes and under the light: virtual converter and oximeter, and the acquisition task's part of
/// the firmware, which fills the ring of blocks.
typedef struct {
  converter_t converter;
  virtual_max30102_t light;
  sb_front_t front;
  sb_resampler_t resampler;
  sb_max30102_t oximeter;
  uint64_t us;
} sim_patient_t;

/// From `us` on, with an ESP32's converter and an oximeter whose clock is 0.7 % slow.
void sim_patient_init(sim_patient_t *patient, sb_ring_t *blocks, uint64_t us, double (*electrode_mv)(double seconds));

/// Takes one frame of the converter, with what the oximeter does meanwhile; gives the time at which it ends.
uint64_t sim_patient_frame(sim_patient_t *patient);

#include "sim_patient.h"

#include "sb_board/sb_app.h"

void sim_patient_init(sim_patient_t *patient, sb_ring_t *blocks, uint64_t us, double (*electrode_mv)(double seconds)) {
  memset(patient, 0, sizeof *patient);
  patient->us = us;
  patient->converter = (converter_t){.rate = 16376.81, .origin_us = us, .jitter_us = 40, .electrode_mv = electrode_mv};
  const uint8_t channels[SB_RESAMPLER_CHANNELS] = {SB_CHANNEL_RED, SB_CHANNEL_INFRARED};
  sb_front_config_t config = converter_front();
  virtual_max30102_init(&patient->light);
  patient->light.ppm = -7000;
  CHECK_OK(sb_front_init(&patient->front, &config, blocks, SB_CHANNEL_ECG));
  sb_resampler_init(&patient->resampler, blocks, channels);
  sb_i2c_t bus = virtual_max30102_bus(&patient->light);
  CHECK_OK(sb_max30102_init(&patient->oximeter, &bus, &patient->resampler));
  CHECK_OK(sb_max30102_set_state(&patient->oximeter, SB_MAX30102_WATCHING));
}

uint64_t sim_patient_frame(sim_patient_t *patient) {
  sb_adc_frame_t frame;
  converter_frame(&patient->converter, &frame);
  (void)sb_front_push(&patient->front, &frame);
  for (; patient->us <= frame.end_us; patient->us += 1000) {
    virtual_max30102_run(&patient->light, patient->us);
    if (patient->light.interrupt_us == 0) continue;
    CHECK_OK(sb_max30102_poll(&patient->oximeter, patient->light.interrupt_us));
  }
  return frame.end_us;
}

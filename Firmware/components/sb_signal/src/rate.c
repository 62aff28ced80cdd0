#include "sb_signal/sb_rate.h"

#include <string.h>

enum {
  /// `base` is in 2^-52: one time stamp moves it by far less than 2^-32.
  BASE_BITS = 52,
  /// The loop removes a phase error within this time: fast at first, because the first measurement is rough, and in
  /// the end slowly, because time stamps are late by chance.
  PHASE_TIME_FIRST_US = 2000000,
  PHASE_TIME_US = 20000000,
  /// It learns the rate eight times slower, so that it does not ring.
  RATE_TIMES = 8,
};

void sb_rate_init(sb_rate_t *rate, uint32_t tick_us) {
  memset(rate, 0, sizeof *rate);
  rate->tick_us = tick_us;
}

static bool acquire(sb_rate_t *rate, uint32_t inputs, uint64_t end_us) {
  bool was_interrupted = end_us - rate->measured_until_us > SB_RATE_PAUSE_MAX_US;
  rate->measured_until_us = end_us;
  // The first time stamp begins the measurement, and so does one after a stall, across which nothing was counted.
  if (!rate->has_measured_from || was_interrupted) {
    rate->has_measured_from = true;
    rate->measured_from_us = end_us;
    rate->measured_inputs = 0;
    return false;
  }
  rate->measured_inputs += inputs;
  uint64_t elapsed = end_us - rate->measured_from_us;
  if (elapsed < SB_RATE_ACQUIRE_US || rate->measured_inputs == 0) return false;
  rate->base = (elapsed << 40) / (rate->measured_inputs * rate->tick_us) << (BASE_BITS - 40);
  rate->increment = rate->base >> (BASE_BITS - 32);
  rate->origin_us = end_us;
  rate->is_locked = true;
  return true;
}

uint64_t sb_rate_present(const sb_rate_t *rate) {
  return rate->origin_us + rate->ticks * rate->tick_us + (rate->phase * rate->tick_us >> 32);
}

bool sb_rate_observe(sb_rate_t *rate, uint32_t inputs, uint64_t end_us) {
  if (!rate->is_locked) return acquire(rate, inputs, end_us);
  int64_t error_us = sb_rate_lag(rate, 0, end_us);
  if (error_us > SB_RATE_ERROR_MAX_US) error_us = SB_RATE_ERROR_MAX_US;
  if (error_us < -SB_RATE_ERROR_MAX_US) error_us = -SB_RATE_ERROR_MAX_US;
  int64_t base = (int64_t)(rate->base >> (BASE_BITS - 32));
  // One observation stands for the time that its inputs took.
  int64_t interval_us = (int64_t)(((uint64_t)inputs * (uint64_t)base >> 16) * rate->tick_us >> 16);
  int64_t phase_time_us = (int64_t)((end_us - rate->origin_us) / 4);
  if (phase_time_us < PHASE_TIME_FIRST_US) phase_time_us = PHASE_TIME_FIRST_US;
  if (phase_time_us > PHASE_TIME_US) phase_time_us = PHASE_TIME_US;
  int64_t learning = phase_time_us * phase_time_us * RATE_TIMES >> (BASE_BITS - 32);
  rate->base = (uint64_t)((int64_t)rate->base + base * (error_us * interval_us / 16) / (learning / 16));
  rate->increment = (rate->base >> (BASE_BITS - 32)) + (uint64_t)(base * error_us / phase_time_us);
  return true;
}

int64_t sb_rate_lag(const sb_rate_t *rate, uint32_t inputs, uint64_t end_us) {
  uint64_t ahead_us = ((uint64_t)inputs * rate->increment >> 16) * rate->tick_us >> 16;
  return (int64_t)(end_us - sb_rate_present(rate) - ahead_us);
}

uint64_t sb_rate_skip(sb_rate_t *rate, uint64_t inputs) {
  uint64_t whole = 0;
  while (inputs > 0) {
    // 2^20 inputs of at most 2^11 ticks each fit.
    uint64_t some = inputs < (1u << 20) ? inputs : 1u << 20;
    uint64_t sum = rate->phase + some * rate->increment;
    whole += sum >> 32;
    rate->phase = sum & 0xffffffffu;
    inputs -= some;
  }
  rate->ticks += whole;
  return whole;
}

uint64_t sb_rate_skip_to(sb_rate_t *rate, uint64_t end_us) {
  uint64_t now_us = sb_rate_present(rate);
  if (end_us <= now_us) return 0;
  uint64_t elapsed_us = end_us - now_us;
  uint64_t whole = elapsed_us / rate->tick_us;
  rate->phase += (elapsed_us % rate->tick_us << 32) / rate->tick_us;
  whole += rate->phase >> 32;
  rate->phase &= 0xffffffffu;
  rate->ticks += whole;
  return whole;
}

uint64_t sb_rate_time(const sb_rate_t *rate, uint64_t tick) { return rate->origin_us + tick * rate->tick_us; }

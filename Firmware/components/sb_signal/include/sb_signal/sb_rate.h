#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Relates a converter's own clock to the crystal, so that what leaves the device is sampled at exactly 125 Hz.
///
/// Neither converter's clock can be taken at its word: the ESP32's ADC runs at about 0.82 of the rate that its driver
/// is asked for (espressif/esp-idf issues 16768 and 10586), and the MAX30102 has an oscillator of its own. But both are
/// steady. So the ratio is measured against the crystal's microseconds and held by a slow phase-locked loop: a time
/// stamp that is late by 50 µs moves the rate by less than 3 ppm, and the phase never drifts.
typedef struct {
  /// Output ticks per input, in 2^-32.
  uint64_t increment;
  /// What the loop believes the increment to be without its phase term, in 2^-52.
  uint64_t base;
  /// Output ticks since `origin_us`, in 2^-32.
  uint64_t phase;
  uint64_t ticks;
  uint64_t origin_us;
  uint32_t tick_us;
  /// Inputs and time since the first time stamp, while the ratio is being measured.
  uint64_t measured_inputs;
  uint64_t measured_from_us;
  uint64_t measured_until_us;
  bool has_measured_from;
  bool is_locked;
} sb_rate_t;

enum {
  /// The first measurement: long enough that a late time stamp costs under 200 ppm, which the loop then removes.
  SB_RATE_ACQUIRE_US = 500000,
  /// A longer pause between two time stamps interrupts the measurement, which begins again. The oximeter's come every
  /// 136 ms.
  SB_RATE_PAUSE_MAX_US = 200000,
  /// A time stamp further off than this comes from a stall, not from a clock; it moves the loop no further.
  SB_RATE_ERROR_MAX_US = 5000,
};

/// Outputs come every `tick_us` microseconds of the crystal.
void sb_rate_init(sb_rate_t *rate, uint32_t tick_us);

/// `inputs` more inputs were taken, the last of them at `end_us`. Until the ratio is known nothing can be resampled:
/// true once it is, from the next input on.
bool sb_rate_observe(sb_rate_t *rate, uint32_t inputs, uint64_t end_us);

/// How much later than the loop expects `inputs` inputs have ended, in microseconds: a stall where it is large.
int64_t sb_rate_lag(const sb_rate_t *rate, uint32_t inputs, uint64_t end_us);

/// Goes one input on and gives how many output ticks end within it.
static inline uint32_t sb_rate_advance(sb_rate_t *rate) {
  rate->phase += rate->increment;
  uint32_t ended = (uint32_t)(rate->phase >> 32);
  rate->phase &= 0xffffffffu;
  rate->ticks += ended;
  return ended;
}

/// Goes `inputs` on at once and gives how many ticks ended.
uint64_t sb_rate_skip(sb_rate_t *rate, uint64_t inputs);

/// Goes on to the moment `end_us`, where nobody knows how many inputs were missed; gives how many ticks ended.
uint64_t sb_rate_skip_to(sb_rate_t *rate, uint64_t end_us);

/// The crystal time up to which inputs were taken.
uint64_t sb_rate_present(const sb_rate_t *rate);

/// When tick `tick` ends, in microseconds of the crystal.
uint64_t sb_rate_time(const sb_rate_t *rate, uint64_t tick);

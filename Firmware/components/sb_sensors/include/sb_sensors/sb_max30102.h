#pragma once

#include <stdbool.h>

#include "sb_sensors/sb_i2c.h"
#include "sb_signal/sb_resampler.h"

/// MAX30102 pulse oximeter at register level (Maxim Integrated data sheet 19-7740, rev. 1, 10/18).
///
/// It measures at 1,000 samples a second with pulses of 118 µs and averages eight: 125 a second of its own clock, which
/// `sb_resampler` brings to 125 of the crystal. Without a finger it only watches, with a weak infrared light 50 times a
/// second. A change of a LED's current is a gap of the samples that mix both currents, never a step in the signal.
enum {
  SB_MAX30102_ADDRESS = 0x57,
  SB_MAX30102_PART_ID = 0x15,
  SB_MAX30102_FIFO = 32,
  /// FIFO_A_FULL = 15: the interrupt comes with exactly this many samples.
  SB_MAX30102_ALMOST_FULL = 17,
  /// LED current per step, in microamperes.
  SB_MAX30102_LED_STEP_UA = 200,
};

typedef enum {
  SB_MAX30102_ASLEEP,
  SB_MAX30102_WATCHING,
  SB_MAX30102_MEASURING,
} sb_max30102_state_t;

typedef struct {
  sb_i2c_t i2c;
  sb_resampler_t *resampler;
  sb_max30102_state_t state;
  /// Of red and infrared, in steps.
  uint8_t current[2];
  bool has_finger;
  /// The channel's sums over the present second.
  uint64_t sums[2];
  uint32_t summed;
  uint32_t discard;
  /// Whether the samples continue those that the resampler has; otherwise the next time stamp says where they lie.
  bool is_synchronised;
  uint32_t since_observed;
  uint32_t without_finger;
  /// The latest pair, for the display: 15 bits.
  int32_t latest[2];
  uint64_t overflows;
} sb_max30102_t;

/// Resets the sensor and puts it to sleep. `SB_ERR_NOT_FOUND` where nobody answers or it is another part.
sb_err_t sb_max30102_init(sb_max30102_t *sensor, const sb_i2c_t *i2c, sb_resampler_t *resampler);

/// Watches for a finger, measures, or sleeps.
sb_err_t sb_max30102_set_state(sb_max30102_t *sensor, sb_max30102_state_t state);

/// Lets the sensor wait for a finger by itself and pull its interrupt line low when one comes: what wakes a board from deep
/// sleep. `SB_ERR_NOT_FOUND` where the part cannot; then it sleeps. The data sheet of 2015 (rev. 0) describes proximity
/// detection, rev. 1 no longer does, and parts of both are sold: whether the threshold can be read back tells them apart.
sb_err_t sb_max30102_await_finger(sb_max30102_t *sensor);

/// Empties the FIFO after an interrupt at `interrupt_us`. Goes from watching to measuring when a finger comes, and back
/// five seconds after it has gone.
sb_err_t sb_max30102_poll(sb_max30102_t *sensor, uint64_t interrupt_us);

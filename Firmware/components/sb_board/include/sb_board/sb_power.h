#pragma once

#include <stdbool.h>
#include <stdint.h>

/// When the device sleeps: nobody wears it, so there is nothing to measure. Pure.
typedef enum {
  SB_POWER_AWAKE,
  /// Nobody wears it: the session has ended and what is held goes out.
  SB_POWER_DRAINING,
  SB_POWER_ASLEEP,
} sb_power_state_t;

typedef struct {
  sb_power_state_t state;
  /// Since when nothing is worn, or the draining began.
  uint64_t since_us;
  bool is_counting;
} sb_power_t;

typedef struct {
  /// At least one electrode holds.
  bool has_lead;
  bool has_finger;
  /// Chunks that wait for their receipts.
  uint32_t held;
  /// There is a connection, or an attempt at one.
  bool can_send;
} sb_worn_t;

typedef enum {
  SB_POWER_GO_ON,
  /// End the session now.
  SB_POWER_END_SESSION,
  /// Sleep deeply until a lead, a finger or the timer wakes the device.
  SB_POWER_SLEEP,
} sb_power_action_t;

enum {
  /// Turning in bed takes an electrode off for seconds, not for a minute.
  SB_POWER_UNWORN_S = 60,
  /// Long enough to see a finger or an electrode.
  SB_POWER_LOOK_S = 5,
  /// What is held may take this long to go out before the device sleeps with it.
  SB_POWER_DRAIN_S = 120,
  /// Between two tries to send what is held while asleep, and two looks for a finger where the oximeter cannot wake the chip.
  SB_POWER_WAKE_S = 600,
};

/// After a start. A device that only its timer woke looks and sends, and sleeps again unless somebody wears it.
void sb_power_init(sb_power_t *power, bool is_worn_again);

/// Judges at `now_us`. Each action is given once.
sb_power_action_t sb_power_judge(sb_power_t *power, const sb_worn_t *worn, uint64_t now_us);

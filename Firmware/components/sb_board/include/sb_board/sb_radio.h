#pragma once

#include <stdbool.h>
#include <stdint.h>

/// When to try the network: three quick tries, then the radio rests and the device stores. Pure.
typedef enum {
  /// Not trying: before the first attempt, or resting.
  SB_RADIO_OFF,
  SB_RADIO_TRYING,
  SB_RADIO_ON,
} sb_radio_state_t;

enum {
  SB_RADIO_QUICK_TRIES = 3,
  /// A radio that searches takes 80 mA and more; resting for five minutes makes that 4 mA.
  SB_RADIO_REST_MS = 300000,
  /// An attempt without an answer is a failure.
  SB_RADIO_ATTEMPT_MS = 30000,
};

typedef struct {
  sb_radio_state_t state;
  uint8_t failures;
  /// The next attempt while off; the end of the attempt while trying.
  uint64_t until_us;
} sb_radio_t;

/// Whether an attempt should begin now; it is then under way.
bool sb_radio_should_try(sb_radio_t *radio, uint64_t now_us);

/// Whether the attempt under way has taken too long.
bool sb_radio_has_timed_out(const sb_radio_t *radio, uint64_t now_us);

/// The connection was made.
void sb_radio_succeeded(sb_radio_t *radio);

/// It failed or was lost; `wait_ms` is what the reconnect back-off says. After three failures the radio rests.
void sb_radio_failed(sb_radio_t *radio, uint64_t now_us, uint32_t wait_ms);

/// Whether the quick tries are used up: the device stores, and tries once in a while.
bool sb_radio_has_given_up(const sb_radio_t *radio);

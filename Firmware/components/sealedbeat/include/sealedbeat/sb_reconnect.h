#pragma once

#include "sealedbeat/sb_types.h"

/// When to try the connection again: exponential back-off with jitter, so that a ward of devices does not come back in
/// one moment after a broker's restart. Pure: the caller brings the random number.
typedef struct {
  uint8_t failures;
} sb_reconnect_t;

enum {
  SB_RECONNECT_FIRST_MS = 500,
  /// The longest wait; a nurse who repairs the Wi-Fi should see the device return within a minute.
  SB_RECONNECT_MAX_MS = 60000,
};

/// Counts a failed or lost connection and gives the wait before the next attempt: between half and all of
/// min(0.5 s × 2^failures, 60 s), chosen by `random`.
uint32_t sb_reconnect_after_failure(sb_reconnect_t *reconnect, uint32_t random);

/// The server has shown that it works (a receipt came): start again from the shortest wait.
void sb_reconnect_succeeded(sb_reconnect_t *reconnect);

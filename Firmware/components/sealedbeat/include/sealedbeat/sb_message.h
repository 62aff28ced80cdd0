#pragma once

#include "sealedbeat/sb_cbor.h"

/// The small messages that a server sends (docs/wire-format.md, "Receipt" and "Command").

/// Every sequence up to and including `committed` is on disk or declared lost.
typedef struct {
  sb_session_id_t session;
  uint64_t committed;
} sb_receipt_t;

/// Make a data key, hand it to the vault as `version`, begin a new session with it.
typedef struct {
  uint32_t version;
} sb_rotate_command_t;

enum {
  /// An array head, a byte string of sixteen and an integer.
  SB_RECEIPT_SIZE_MAX = 1 + 17 + 9,
  SB_COMMAND_SIZE_MAX = 1 + 1 + 5,
};

sb_err_t sb_receipt_parse(const uint8_t *bytes, size_t length, sb_receipt_t *receipt);
sb_err_t sb_receipt_encode(const sb_receipt_t *receipt, uint8_t *out, size_t capacity, size_t *length);
sb_err_t sb_command_parse(const uint8_t *bytes, size_t length, sb_rotate_command_t *command);
sb_err_t sb_command_encode(const sb_rotate_command_t *command, uint8_t *out, size_t capacity, size_t *length);

/// The plaintext of a status chunk; a field is sent where its bit in `present` (1 << key) is set.
typedef struct {
  uint32_t present;
  uint64_t uptime_s;
  uint64_t free_memory;
  uint64_t battery_permille;
  int64_t rssi_dbm;
  uint64_t held;
  uint64_t lost_samples;
  uint64_t reset_reason;
  bool session_ends;
  sb_session_id_t previous_session;
  /// Beats that the device judged itself since its start, and those that it flagged as abnormal.
  uint64_t beats_judged;
  uint64_t beats_flagged;
} sb_status_t;

enum {
  SB_STATUS_UPTIME = 1,
  SB_STATUS_FREE_MEMORY = 2,
  SB_STATUS_BATTERY = 3,
  SB_STATUS_RSSI = 4,
  SB_STATUS_HELD = 5,
  SB_STATUS_LOST = 6,
  SB_STATUS_RESET_REASON = 7,
  SB_STATUS_SESSION_ENDS = 8,
  SB_STATUS_PREVIOUS_SESSION = 9,
  SB_STATUS_BEATS_JUDGED = 10,
  SB_STATUS_BEATS_FLAGGED = 11,
};

sb_err_t sb_status_encode(const sb_status_t *status, uint8_t *out, size_t capacity, size_t *length);

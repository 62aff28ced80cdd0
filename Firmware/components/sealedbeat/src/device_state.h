#pragma once

#include "sealedbeat/sb_chunker.h"
#include "sealedbeat/sb_device.h"
#include "sealedbeat/sb_reconnect.h"
#include "sealedbeat/sb_tier.h"

/// The data key and its version as they rest in NVS; version 0 means that the vault has not taken it yet.
typedef struct {
  uint32_t version;
  uint8_t bytes[SB_KEY_SIZE];
} sb_data_key_t;

struct sb_device {
  char id[SB_DEVICE_ID_MAX + 1];
  sb_device_config_t config;
  sb_data_key_t key;
  sb_data_key_t pending;
  bool has_identity;
  bool has_certificate;
  sb_identity_t identity;

  sb_session_t session;
  sb_sample_clock_t clock;
  sb_session_id_t previous_session;
  bool has_previous_session;
  sb_chunker_t chunkers[SB_DEVICE_KINDS_MAX];
  sb_status_t health;
  uint64_t beats_judged;
  uint64_t beats_flagged;
  uint64_t started_us;
  uint64_t next_status_us;

  bool is_connected;
  bool is_flushed;
  sb_reconnect_t reconnect;
  sb_outbox_t outbox;
  sb_tier_t tier;
  /// The latest time that a call has told; samples are pushed with the time at which they were taken, which is earlier.
  uint64_t present_us;
  sb_device_stats_t stats;
};

/// Opens a session unless one is open.
sb_err_t sb_device_ensure_session(sb_device_t *device, sb_time_t now);
/// Takes over what earlier runs sealed and no receipt has named, as far as there is a place for its session.
sb_err_t sb_device_load_outbox(sb_device_t *device);
/// Takes note of the time.
void sb_device_see_time(sb_device_t *device, sb_time_t now);
/// Puts a sealed chunk where it waits for its receipt.
sb_err_t sb_device_keep(sb_device_t *device, uint64_t sequence, const uint8_t *message, size_t length, uint32_t *record);
sb_err_t sb_device_read(const sb_device_t *device, uint32_t record, uint8_t *out, size_t capacity, size_t *length);
sb_err_t sb_device_remove(sb_device_t *device, uint32_t record);
/// Writes to flash what should be in RAM no longer.
void sb_device_spill(sb_device_t *device);
/// Loads keys and certificate from NVS.
sb_err_t sb_device_load_keys(sb_device_t *device);

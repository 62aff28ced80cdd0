#pragma once

#include "sealedbeat/sb_enrol.h"
#include "sealedbeat/sb_nvs.h"
#include "sealedbeat/sb_outbox.h"
#include "sealedbeat/sb_session.h"
#include "sealedbeat/sb_storage.h"

/// The device: one state machine from samples to messages and back, driven by its caller's clock, with no thread, no
/// socket and no allocation of its own. The board's tasks and the host's event loop are thin shells around it.
typedef struct sb_device sb_device_t;

enum {
  SB_DEVICE_KINDS_MAX = 4,
  /// Places kept for status chunks when the outbox is otherwise full, so that a session can still say that it ends.
  SB_OUTBOX_RESERVED = 2,
};

/// One kind of samples that the device takes.
typedef struct {
  sb_kind_t kind;
  /// 0 where the kind is not a voltage.
  uint32_t nanovolts_per_lsb;
} sb_channel_t;

typedef struct {
  /// Copied.
  const char *device;
  uint32_t firmware;
  uint32_t sample_rate_millihertz;
  uint32_t channel_count;
  sb_channel_t channels[SB_DEVICE_KINDS_MAX];
  uint32_t outbox_capacity;
  /// Chunks that may wait in RAM for their receipts before they go into the storage (`sb_tier.h`); 0: each goes there at once.
  uint32_t ram_capacity;
  uint32_t session_capacity;
  /// Chunks of a session in flight at once.
  uint32_t window;
  /// Between two status chunks; 0 for none but the first and the last.
  uint32_t status_interval_s;
  sb_storage_t storage;
  sb_nvs_t nvs;
} sb_device_config_t;

/// What happened so far, for reports and status chunks.
typedef struct {
  uint64_t chunks_sealed;
  uint64_t chunks_receipted;
  uint64_t chunks_sent;
  /// Chunks of earlier sessions found in the storage.
  uint64_t chunks_found;
  /// Chunks in the storage that wait there because the session table is full; they follow when a place is free.
  uint64_t chunks_waiting;
  /// Records that could not be read back.
  uint64_t chunks_unreadable;
  /// Samples declared lost: by the front end, for want of room, or because the storage failed.
  uint64_t samples_lost;
  uint64_t storage_failures;
  uint64_t refused_messages;
  uint64_t sessions_begun;
  uint32_t held;
  /// Of these, how many a loss of power would take.
  uint32_t held_in_ram;
  uint32_t in_flight;
  uint32_t key_version;
} sb_device_stats_t;

/// Memory that `sb_device_create` needs for this configuration.
size_t sb_device_size(const sb_device_config_t *config);

/// Makes a device in the caller's memory (aligned as malloc does) and loads what it knows from the seams.
sb_err_t sb_device_create(void *memory, size_t size, const sb_device_config_t *config, sb_device_t **device);

/// Wipes the memory, keys and all. An open session is not ended: call `sb_device_end_session` before, if there is time.
void sb_device_destroy(sb_device_t *device);

// Enrolment and rotation.

bool sb_device_is_enrolled(const sb_device_t *device);
/// Makes the device's keys if it has none (they are stored before they are used, so that an enrolment whose answer was
/// lost is repeated with the same keys) and gives the body of `POST /v1/enrol`.
sb_err_t sb_device_enrol_request(sb_device_t *device, const uint8_t vault[SB_P256_POINT_SIZE],
                                 const uint8_t claim_token[SB_CLAIM_TOKEN_SIZE], uint8_t *out, size_t capacity,
                                 size_t *length);
sb_err_t sb_device_on_enrol_answer(sb_device_t *device, const uint8_t *bytes, size_t length);
/// DER of the device's certificate and of its issuer's.
sb_err_t sb_device_certificate(sb_device_t *device, uint8_t *out, size_t capacity, size_t *length);
sb_err_t sb_device_issuer(sb_device_t *device, uint8_t *out, size_t capacity, size_t *length);
/// The identity key in PKCS#8 DER, for the TLS library. The caller wipes it.
sb_err_t sb_device_private_key(sb_device_t *device, uint8_t out[SB_IDENTITY_DER_SIZE]);
/// The version that a command asked for and the vault has not confirmed; 0 for none.
uint32_t sb_device_rotation_wanted(const sb_device_t *device);
/// The body of `POST /v1/rotate`. `SB_ERR_EMPTY` where no rotation is wanted.
sb_err_t sb_device_rotate_request(sb_device_t *device, const uint8_t vault[SB_P256_POINT_SIZE], uint8_t *out,
                                  size_t capacity, size_t *length);
/// Makes the pending key the data key; the running session ends and the next one uses it.
sb_err_t sb_device_on_rotate_answer(sb_device_t *device, const uint8_t *bytes, size_t length, sb_time_t now);

// Samples.

/// Takes samples of channel `channel`, the first of them taken `now`. A session begins by itself where none is open.
/// `SB_ERR_FULL` or `SB_ERR_STORAGE`: some samples could not be kept and are counted as lost; the device goes on.
sb_err_t sb_device_push_samples(sb_device_t *device, uint32_t channel, const int16_t *samples, size_t count,
                                uint8_t lead_off, sb_time_t now);
/// Declares samples that the front end never got.
sb_err_t sb_device_push_lost(sb_device_t *device, uint32_t channel, uint64_t count, sb_time_t now);
/// Seals what is begun, says in a status chunk that the session ends, and ends it.
sb_err_t sb_device_end_session(sb_device_t *device, sb_time_t now);
/// The open session, if there is one.
bool sb_device_session(const sb_device_t *device, sb_session_id_t *session);
/// What the next status chunk says of the hardware (keys 2, 3, 4 and 7).
void sb_device_set_health(sb_device_t *device, const sb_status_t *health);
/// What the next status chunk says of beats that the device judged itself (keys 10 and 11).
void sb_device_set_beats(sb_device_t *device, uint64_t judged, uint64_t flagged);

// Uplink.

void sb_device_on_connected(sb_device_t *device, sb_time_t now);
/// A connection was lost or could not be made: gives the wait before the next attempt.
sb_err_t sb_device_on_disconnected(sb_device_t *device, sb_time_t now, uint32_t *wait_ms);
/// A message on the receipt topic. `SB_ERR_RANGE` where it names chunks that were never sealed.
sb_err_t sb_device_on_receipt(sb_device_t *device, const uint8_t *bytes, size_t length, sb_time_t now);
/// A message on the command topic. Repeating a command that was carried out does nothing.
sb_err_t sb_device_on_command(sb_device_t *device, const uint8_t *bytes, size_t length);
/// Copies the next chunk to publish into `out` (of at least `SB_CHUNK_MESSAGE_MAX`); `SB_ERR_EMPTY` where there is
/// nothing to send, because all is in flight or there is no connection.
sb_err_t sb_device_next_to_send(sb_device_t *device, sb_time_t now, uint8_t *out, size_t capacity, size_t *length);
/// Does what is due (receipt time-outs, status chunk, end of a session after 24 h) and gives the monotonic time of the
/// next such moment.
sb_err_t sb_device_tick(sb_device_t *device, sb_time_t now, uint64_t *next_us);

/// Writes everything that is only in RAM to the storage: before a sleep or a restart. The storage's error: some is still
/// in RAM alone.
sb_err_t sb_device_flush(sb_device_t *device, sb_time_t now);

void sb_device_stats(const sb_device_t *device, sb_device_stats_t *stats);
